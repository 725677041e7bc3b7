#!/usr/bin/env python3
"""Files over HTTP, as good and bad servers give them, on a port of this machine's own.

    fetch_server.py FOLDER &       writes FOLDER/port; ends with the shell that started it

An address is /WAY/NAME; the way "sets" is just now what the file FOLDER/way says:

    whole     as a good server: with an ETag, and parts where they are asked for
    old       likewise, without parts: all of it, always
    blind     gives the part that is asked for, whatever the condition
    cut       at most 20,000 bytes, then the connection ends
    dead      likewise, and nothing where a part is asked for
    stall     20,000 bytes, then nothing more
    slow      a tenth of the file every 0.25 seconds
    wrong     other bytes
    page      a web page
    404, 503  that status

Each request is a line of FOLDER/log, or, where it takes long, FOLDER/begun: the name, the part,
whether there was a condition.
"""

import hashlib
import http.server
import os
import sys
import threading
import time

FEW = 20000
PIECES, PAUSE = 10, 0.25
PAGE = b"\n<!DOCTYPE html>\n<html><title>Please log in</title></html>\n"
folder = sys.argv[1]


def read(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    def give(self, body, pause):
        piece = len(body) // PIECES + 1
        try:
            for at in range(0, len(body), piece):
                self.wfile.write(body[at:at + piece])
                time.sleep(pause)
        except ConnectionError:
            pass  # whoever asked has enough, or no room for more

    def do_GET(self):
        name = os.path.basename(self.path)
        way = self.path.split("/")[1]
        if way == "sets":
            way = read("way").decode().strip()
        part, condition = self.headers.get("Range"), self.headers.get("If-Range")
        log = "begun" if way in ("slow", "stall") else "log"
        with open(os.path.join(folder, log), "a", encoding="ascii") as lines:
            print(name, part or "all", *(["if"] if condition else []), file=lines)
        if not os.path.exists(os.path.join(folder, name)):
            way = "404"
        if way.isdigit():
            self.send_error(int(way))
            return
        if way == "dead" and part:
            return
        body = PAGE if way == "page" else read(name)
        if way == "wrong":
            body = bytes(byte ^ 1 for byte in body)
        tag = '"%s"' % hashlib.md5(body).hexdigest()
        start = 0
        if part and way != "old" and (way == "blind" or condition in (None, tag)):
            start = int(part[len("bytes="):-1])
        if start and start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(body) - 1, len(body)))
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if way in ("cut", "dead", "stall"):
            self.wfile.write(body[start:start + FEW])
            time.sleep(60 if way == "stall" else 0)
        else:
            self.give(body[start:], PAUSE if way == "slow" else 0.0)

    def log_message(self, *_):
        pass


def end_with(parent):
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
with open(os.path.join(folder, "port.new"), "w", encoding="ascii") as file:
    print(server.server_port, file=file)
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
