#!/bin/sh
# send.sh PORT SUBJECT: sends one more mail.
printf 'From: Stage door <door@theatre.example>\r\nTo: ada@guests.example\r\nDate: Sat, 31 May 2025 18:30:00 +0000\r\nMessage-ID: <late@theatre.example>\r\nSubject: %s\r\n\r\nYour coat is still here.\r\n' "$2" > late.eml
curl -s --url "smtp://127.0.0.2:$1/theatre.example" --mail-from door@theatre.example --mail-rcpt ada@guests.example --upload-file late.eml
