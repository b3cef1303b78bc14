"""A real SMTP server in a process of its own, that keeps what it takes: mail_sink.py FOLDER [CERTIFICATE KEY].

Prints its port (that of SINK_PORT, else a free one). Each message becomes FOLDER/1.mail, 2.mail …: the envelope in two
lines, then what came after DATA. What it does is read from FOLDER/behave at each connection, some of
    rcpt CODE | mail CODE | data CODE | auth CODE    answers so (`data`: after the message)
    slow SECONDS     waits before the greeting
    refuse           closes at once
    drop             keeps the message and closes without an answer
    hold             keeps the message and answers nothing more
With a certificate it offers STARTTLS, and takes nothing before it."""

import base64
import os
import socketserver
import ssl
import sys
import threading
import time

folder = sys.argv[1]
tls = None
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2], sys.argv[3])
numbers = threading.Lock()


def behaviour():
    try:
        with open(os.path.join(folder, "behave"), encoding="utf-8") as told:
            words = told.read().split()
    except FileNotFoundError:
        return {}
    return {word: words[i + 1] if i + 1 < len(words) else "" for i, word in enumerate(words)}


def keep(sender, receivers, lines):
    with numbers:
        number = 1
        while os.path.exists(os.path.join(folder, f"{number}.mail")):
            number += 1
        made = os.path.join(folder, f"{number}.mail")
        with open(made + ".part", "wb") as out:
            out.write(b"%s\n%s\n" % (sender, b" ".join(receivers)) + b"".join(lines))
        os.rename(made + ".part", made)


class session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def begin_tls(self):
        self.say("220 go on")
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def take_message(self, does, sender, receivers):
        """Whether the session goes on."""
        self.say("354 end with a dot")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if line == b"":
            return False
        if "data" in does:
            self.say(f"{does['data']} not this one")
            return True
        keep(sender, receivers, lines)
        if "hold" in does:
            time.sleep(60)
        if "drop" in does or "hold" in does:
            return False
        self.say("250 taken")
        return True

    def handle(self):
        does, safe = behaviour(), tls is None
        if "refuse" in does:
            return
        time.sleep(float(does.get("slow", 0)))
        sender, receivers = b"", []
        self.say("220 sink ready")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"EHLO"):
                self.say("250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME" if safe else "250-sink\r\n250 STARTTLS")
            elif word == b"STARTTLS" and tls:
                self.begin_tls()
                safe = True
            elif word == b"QUIT":
                return self.say("221 bye")
            elif not safe:
                self.say("530 TLS first")
            elif word.startswith(b"AUTH"):
                self.say("334 ")
                with open(os.path.join(folder, "login"), "wb") as out:
                    out.write(base64.b64decode(self.rfile.readline()))
                self.say(f"{does.get('auth', '235')} login")
            elif word.startswith(b"MAIL"):
                sender = line.split(b" SIZE=")[0].strip()
                self.say(f"{does.get('mail', '250')} sender")
            elif word.startswith(b"RCPT"):
                receivers.append(line.strip())
                self.say(f"{does.get('rcpt', '250')} receiver")
            elif word == b"DATA":
                if not self.take_message(does, sender, receivers):
                    return
            else:
                self.say("500 what")


class server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True

    def handle_error(self, request, client_address):
        """A client that went away is what some tests want."""


with server(("127.0.0.1", int(os.environ.get("SINK_PORT", 0))), session) as one:
    print(one.server_address[1], flush=True)
    one.serve_forever()
