// Writes the packages of a bakery as verdaccio keeps them: descriptions, tarballs and the list of names.
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const ada = { name: "Ada Crust", email: "ada@bakery.example" };
const bob = { name: "Bob Rye", email: "bob@bakery.example" };

const packages = [
  {
    name: "@bakery/oven",
    description: "Keeps an oven at its temperature, and says when it is not.",
    keywords: ["oven", "heat", "bakery"],
    license: "MIT",
    author: ada,
    homepage: "https://oven.bakery.example/",
    repository: { type: "git", url: "https://git.bakery.example/oven.git" },
    bugs: { url: "https://git.bakery.example/oven/issues" },
    engines: { node: ">=18", npm: ">=9" },
    dependencies: { "crumb-parser": "^2.0.0", "flour-units": "~1.4.0" },
    devDependencies: { "bread-timer": "^0.3.0" },
    peerDependencies: { "@bakery/dough": ">=1" },
    readme: `# Oven\n\nKeeps an oven at its temperature.\n\n## Use\n\n\`\`\`js\nconst oven = require("@bakery/oven");\noven.heat(230).then(() => oven.bake("rye", { minutes: 55 }));\n\`\`\`\n\n| bread | degrees | minutes |\n| --- | --- | --- |\n| rye | 230 | 55 |\n| wheat | 220 | 40 |\n| rolls | 200 | 18 |\n\n- [x] preheats\n- [ ] cleans itself\n\n> Do not open the door before half of the time.\n\nSee [the units](https://oven.bakery.example/units) & *be careful*.\n`,
    versions: [["1.0.0", "2024-03-01"], ["1.1.0", "2024-06-12"], ["2.0.0-beta.1", "2024-12-20"], ["2.0.0", "2025-02-03"], ["2.0.1", "2025-02-10"]],
    tags: { latest: "2.0.1", beta: "2.0.0-beta.1" },
    maintainers: [ada, bob],
    deprecated: { "1.0.0": "Burns everything above 240 degrees." },
  },
  {
    name: "@bakery/dough",
    description: "Flour, water, salt and time as numbers.",
    keywords: ["dough", "bakery"],
    license: "Apache-2.0",
    author: bob,
    repository: { type: "git", url: "https://git.bakery.example/dough.git" },
    engines: { node: ">=20" },
    dependencies: { "flour-units": "^1.4.2" },
    optionalDependencies: { "sour-starter": "*" },
    readme: "# Dough\n\n1. Weigh the flour.\n2. Add water: **70 %** of the flour.\n3. Wait.\n\nA line with `code` and ~~an error~~.\n",
    versions: [["1.0.0", "2024-05-05"], ["1.2.0", "2025-01-15"]],
    tags: { latest: "1.2.0" },
    maintainers: [bob],
  },
  {
    name: "bread-timer",
    description: "Counts down to bread.",
    keywords: ["timer"],
    license: "ISC",
    author: ada,
    homepage: "https://timer.bakery.example/",
    readme: "# Bread timer\n\nCounts down to bread, to the second.\n\n```sh\nbread-timer 55m\n```\n",
    versions: [["0.1.0", "2023-11-11"], ["0.2.0", "2024-02-02"], ["0.3.0", "2024-09-09"]],
    tags: { latest: "0.3.0", next: "0.3.0" },
    maintainers: [ada],
    bin: { "bread-timer": "index.js" },
    module: true,
  },
  {
    name: "crumb-parser",
    description: "Reads what is left on the table: <crumbs> & all.",
    keywords: ["parser", "crumbs"],
    license: "BSD-3-Clause",
    author: bob,
    dependencies: {},
    funding: { type: "patreon", url: "https://fund.bakery.example/crumbs" },
    readme: "# Crumb parser\n\nReads crumbs. It has no dependencies.\n",
    versions: [["1.0.0", "2022-01-01"], ["2.0.0", "2023-01-01"], ["2.1.0", "2024-01-01"]],
    tags: { latest: "2.1.0" },
    maintainers: [ada, bob],
  },
  {
    name: "flour-units",
    description: "Grams, cups and pinches.",
    keywords: ["units", "flour", "cups", "grams"],
    license: "MIT",
    author: ada,
    readme: "# Flour units\n\n1 cup is 120 g, and a pinch is 0.3 g.\n",
    versions: [["1.4.0", "2024-04-04"], ["1.4.2", "2024-08-08"]],
    tags: { latest: "1.4.2" },
    maintainers: [ada],
  },
  {
    name: "sour-starter",
    description: "A starter that must be fed once a day.",
    keywords: ["sourdough"],
    license: "GPL-3.0",
    author: bob,
    readme: "",
    versions: [["0.0.1", "2025-03-03"]],
    tags: { latest: "0.0.1" },
    maintainers: [bob],
    deprecated: { "0.0.1": "It died. Use @bakery/dough." },
  },
];

/** A tar with one file of text, the same each time. */
function tarball(name, text) {
  const head = Buffer.alloc(512);
  const put = (at, value) => head.write(value, at, "latin1");
  put(0, name), put(100, "0000644\0"), put(108, "0000000\0"), put(116, "0000000\0");
  put(124, text.length.toString(8).padStart(11, "0") + "\0"), put(136, "00000000000\0");
  put(148, " ".repeat(8)), put(156, "0"), put(257, "ustar\x0000");
  const sum = head.reduce((one, other) => one + other, 0);
  put(148, sum.toString(8).padStart(6, "0") + "\0 ");
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text, "latin1");
  return zlib.gzipSync(Buffer.concat([head, body, Buffer.alloc(1024)]), { level: 9 });
}

for (const it of packages) {
  const folder = path.join("storage", it.name);
  fs.mkdirSync(folder, { recursive: true });
  const { versions, tags, deprecated = {}, readme, module: esm, ...common } = it;
  const file = (version) => `${it.name.replace(/^@.*\//, "")}-${version}.tgz`;
  const kept = { name: it.name, versions: {}, time: {}, users: {}, "dist-tags": tags, _uplinks: {}, _distfiles: {}, _attachments: {}, _rev: "7-0123456789abcdef", _id: it.name, readme };
  for (const [version, day] of versions) {
    const data = tarball("package/package.json", JSON.stringify({ name: it.name, version }));
    fs.writeFileSync(path.join(folder, file(version)), data);
    const shasum = crypto.createHash("sha1").update(data).digest("hex");
    const integrity = "sha512-" + crypto.createHash("sha512").update(data).digest("base64");
    kept.versions[version] = {
      ...common, version, main: "index.js", ...(esm ? { type: "module" } : {}), readmeFilename: "README.md",
      contributors: [bob], _id: `${it.name}@${version}`, _nodeVersion: "20.0.0", _npmVersion: "10.0.0",
      ...(deprecated[version] ? { deprecated: deprecated[version] } : {}),
      dist: { integrity, shasum, tarball: `http://localhost/${it.name}/-/${file(version)}`, fileCount: 4, unpackedSize: 1000 + 1234 * Object.keys(kept.versions).length },
    };
    kept.time[version] = `${day}T10:00:00.000Z`;
    kept._attachments[file(version)] = { shasum, version };
  }
  kept.time.created = kept.time[versions[0][0]];
  kept.time.modified = kept.time[versions[versions.length - 1][0]];
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(kept, null, 2));
}

const secret = "0123456789abcdef0123456789abcdef";
fs.writeFileSync("storage/.verdaccio-db.json", JSON.stringify({ list: packages.map((it) => it.name), secret }));
const hash = crypto.createHash("sha1").update("lovelace").digest("base64");
fs.writeFileSync("htpasswd", `ada:{SHA}${hash}:autocreated 2025-01-01T00:00:00.000Z\n`);
