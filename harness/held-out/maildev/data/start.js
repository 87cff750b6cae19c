// Starts MailDev as its documentation says, and sends it the mails of a theatre, one after the other.
// start.js BUILD PORT: pages at 127.0.0.1:PORT, mails at 127.0.0.2:PORT.
'use strict'

const fs = require('fs')

const [build, port] = process.argv.slice(2)
const MailDev = require(build + '/node_modules/maildev')
const nodemailer = require(build + '/node_modules/nodemailer')

const utils = require(build + '/node_modules/maildev/lib/utils')
// Names of mails are made by chance otherwise.
let number = 0
utils.makeId = () => 'mail' + String(++number).padStart(4, '0')

const box = new MailDev({ smtp: Number(port), ip: '127.0.0.2', web: Number(port), webIp: '127.0.0.1', mailDirectory: 'mails', silent: true })
const theatre = { name: 'Theatre by the lake', address: 'tickets@theatre.example' }
const day = (d, hour) => new Date(Date.UTC(2025, 4, d, hour, 5, 9))

const mails = [
  {
    to: { name: 'Ada Quayle', address: 'ada@guests.example' }, date: day(1, 7), subject: 'Your tickets for The Tempest',
    text: 'Two tickets, row 4.\nDoors open at 19:00.\n',
    html: '<html><head><style>h1 { color: #246 }</style></head><body><h1>Two tickets</h1><p>Row 4, seats <b>11</b> and <b>12</b>.</p><p><a href="http://theatre.example/plan?row=4&amp;seat=11">The plan of the seats</a></p></body></html>',
    attachments: [
      { filename: 'tickets.txt', content: 'row 4, seats 11 and 12\n' },
      { filename: 'map #2 of 100%.txt', content: 'left at the pier\n' }
    ]
  },
  {
    to: 'bo@guests.example', date: day(2, 15), subject: 'Forgot your password?', cc: 'cleo@guests.example',
    text: 'Somebody asked for a new password.\n\n  Code: 4711 <once>\n\nIf it was not you & nobody else, ask us.\n'
  },
  {
    to: ['cleo@guests.example', { name: 'Dirk Visser', address: 'dirk@guests.example' }, 'ada@guests.example'],
    bcc: 'boss@theatre.example', date: day(3, 23), subject: 'Rehearsal moves to Monday',
    text: 'From Monday on, at ten.\n',
    html: '<p>From <i>Monday</i> on, at ten.</p><ul><li>Act one</li><li>Act two</li></ul>'
  },
  {
    to: 'ada@guests.example', date: day(4, 12), subject: 'Rechnung für den Mai: 42,50 €',
    text: 'Zwei Karten zu 21,25 €.\n',
    html: '<table border="1"><tr><th>Was</th><th>Preis</th></tr><tr><td>Zwei Karten</td><td>42,50 €</td></tr></table>'
  },
  {
    to: 'list@theatre.example', date: day(5, 0), subject: 'The programme of June', replyTo: 'office@theatre.example',
    text: 'June: The Tempest, Twelfth Night.\n' + 'Every evening at eight. '.repeat(60) + '\n',
    html: '<h2>June</h2><ol><li>The Tempest</li><li>Twelfth Night</li></ol><p>' + 'Every evening at eight. '.repeat(60) + '</p>'
  },
  {
    to: 'cleo@guests.example', date: day(6, 9), subject: 'A plain word', text: 'Thank you.\n',
    attachments: [{ filename: 'thanks.csv', content: 'who,what\ncleo,thanks\n' }]
  }
]

async function main () {
  await new Promise((resolve) => box.listen(resolve))
  const sender = nodemailer.createTransport({ host: '127.0.0.2', port: Number(port), name: 'theatre.example', tls: { rejectUnauthorized: false } })
  for (const [at, mail] of mails.entries()) {
    const here = new Promise((resolve) => box.once('new', resolve))
    const boundary = `part-${at}`
    await sender.sendMail({ from: theatre, messageId: `<${at + 1}@theatre.example>`, boundaryPrefix: boundary, baseBoundary: boundary, ...mail })
    const kept = await here
    // MailDev now and then asks for the size before the file is written, or written to its end.
    let same = 0
    for (let size = -1; same < 20; await utils.delay(5)) {
      const now = fs.existsSync(kept.source) ? fs.statSync(kept.source).size : -1
      same = now === size && now > 0 ? same + 1 : 0
      size = now
    }
    kept.size = fs.statSync(kept.source).size
    kept.sizeHuman = utils.formatBytes(kept.size)
  }
  console.log('all mails are here')
}

main()
