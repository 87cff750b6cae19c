// The same for both versions: a fixed flow file, and nothing that asks the outside.
module.exports = {
    flowFile: "flows.json",
    credentialSecret: "nightshift-upgrades",
    uiHost: "127.0.0.1",
    telemetry: { enabled: false, updateNotification: false },
    logging: { console: { level: "warn", metrics: false, audit: false } },
    editorTheme: {
        tours: false,
        palette: { catalogues: [] },
        projects: { enabled: false },
        multiplayer: { enabled: false },
    },
};
