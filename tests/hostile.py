#!/usr/bin/env python3
"""Asks winnow about a database that somebody else made to do harm, and looks whether it does.

    tests/hostile.py made.db       WINNOW_BINARY: the program; works in the folder ./hostile

Every text of the database that a reader meets gets MARK, which means something to a shell, gnuplot,
SQL, HTML, LaTeX, Markdown, CSV, JSON, paths and terminals. Then each command that reads a database
reads it, in a folder whose name is of the same kind. No command in it is run, what people are shown
stays on its line and commands no terminal, and data is the same when it is read back. Prints a line
for each finding; exit code 1: there are some.
"""
import collections
import csv
import glob
import html.parser
import io
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import xml.etree.ElementTree

WINNOW = os.path.abspath(os.environ["WINNOW_BINARY"])
RUN_ME = '$(touch PWNED)`touch PWNED`"; system("touch PWNED");'
MARK = (RUN_ME + "'\\|&amp;<script>x</script>%_#{}~^\\input{x}[x](y)@" +
        "\nNEXT\t\x1b[31m\x07\x9b2J\u202e\r\x7f\u2028../../=1+1")
PLACE = "it's $(touch PWNED) `touch PWNED` \"%s\" \x1b[31m<b>\\"
NOT_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
# Of the commands that winnow --help lists, those that read no database.
READ_NONE = {"check", "list", "doctor", "bench", "new", "help", "fetch"}
findings = []
asked = set()


def find(where, what):
    findings.append(f"{where}: {what}".encode("unicode_escape").decode())


# ---- The databases ------------------------------------------------------------------------------

def spoil_json(text):
    return json.dumps({**json.loads(text), MARK: {MARK: MARK}})


def spoil(path, experiment, pruner, rules):
    """rules: whether what winnow's own CHECKs allow is all there is."""
    db = sqlite3.connect(path, isolation_level=None)
    db.create_function("spoilt", 1, lambda text: None if text is None else text + MARK)
    db.create_function("spoilt_json", 1, spoil_json)
    db.execute(f"PRAGMA ignore_check_constraints = {'OFF' if rules else 'ON'}")
    for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute("INSERT INTO import_log VALUES (1, ?, 'x', 0, 0, 0, 'refused')", ["0" * 64])
    db.execute("INSERT INTO solver SELECT id, 0, 1, 'annealed', 1, 1, 1 FROM attempt")
    db.execute("INSERT INTO experiment_note SELECT id, 1, '7:12', 'a note' FROM experiment")
    db.execute("INSERT INTO question SELECT x.id, 1, 'a question', 'better', 0, 2, 4, c.dataset, "
               "c.model_label, c.pruner, c.options, c.rate, 'full', '', 0 "
               "FROM experiment x, cell c WHERE c.pruner = 'el2n' AND c.seed = 0")
    db.execute("INSERT INTO decision SELECT id, 1, 'open', 1, 0, NULL, 0, -20, NULL, NULL, NULL, "
               "NULL, 1, 1, 0.5, 2, 1 FROM experiment")
    db.execute("INSERT INTO look SELECT id, 1, 1, 0, 3, 1, -20, -20, -30, -10, -30, -10 "
               "FROM experiment")
    db.execute("UPDATE attempt SET log = coalesce(log, 'a log'), pinned = '0', timing_reason = 'x',"
               "data_folder = '/data', reason = iif(state = 'done', NULL, reason)")
    if experiment:
        db.execute("UPDATE experiment SET name = ? WHERE id = 1", [experiment])
    if pruner:
        db.execute("UPDATE cell SET pruner = ? WHERE pruner NOT IN ('full', 'random')", [pruner])
    kept = {"attempt.cell", "attempt.state", "attempt.token", "attempt.cause", "attempt.artifact",
            "attempt.data_hash", "experiment_cell.cell", "cell.key", "cell.json", "phase.phase",
            "phase_kind.name", "import_log.shard", "selection.class_kept", "experiment.figures",
            "final_test.class_n", "final_test.class_correct", "question.claim",
            "decision.state"}
    kept |= {"experiment.name"} if experiment else set()
    kept |= {"cell.pruner"} if pruner else set()
    columns = db.execute("SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c "
                         "WHERE m.type = 'table' AND c.type = 'TEXT'").fetchall()
    for table, column in columns:
        if f"{table}.{column}" not in kept:
            # "full" is what others are compared with.
            db.execute(f"UPDATE {table} SET {column} = spoilt({column}) WHERE {column} <> 'full'")
    db.execute("UPDATE cell SET json = spoilt_json(json)")
    if not rules:
        db.execute("UPDATE experiment SET figures = json_array('phases', ?)", [MARK])
        for table, column in (("cell", "key"), ("experiment_cell", "cell"), ("attempt", "cell")):
            db.execute(f"UPDATE {table} SET {column} = 'a' || {column} || ?", [MARK])
        db.execute("UPDATE attempt SET state = state || ? WHERE id = 3", [MARK])
    names = [name for (name,) in db.execute("SELECT name FROM experiment ORDER BY id")]
    db.close()
    return names


# ---- Asking -------------------------------------------------------------------------------------

def look_at_lines(where, text):
    for line in text.split("\n"):
        odd = NOT_SHOWN.search(line)
        if odd or line.startswith("NEXT"):
            start = odd.start() - 40 if odd else 0
            find(where, "not fit to be shown: " + line[max(0, start):][:80])
            return


def ask(*words, people=True, codes=(0,), shows=True):
    """What a command prints. people: it is for them, and so are its errors always."""
    asked.add(words[0])
    where = " ".join(words)[:60]
    done = subprocess.run([WINNOW, *words], stdin=subprocess.DEVNULL, capture_output=True)
    out, err = done.stdout.decode(), done.stderr.decode()
    look_at_lines(where, err)
    if people:
        look_at_lines(where, out)
    if done.returncode not in codes:
        find(where, f"exit code {done.returncode}: {err[-200:]}")
    if shows and "touch PWNED" not in out:
        find(where, "shows nothing of what is hostile")
    return out


def ask_in_terminal(*words):
    ours, theirs = pty.openpty()
    program = subprocess.Popen([WINNOW, *words], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    out = b""
    try:
        while part := os.read(ours, 65536):
            out += part
    except OSError:  # its end, on Linux
        pass
    program.wait()
    os.close(ours)
    where = " ".join(words)[:60] + " (in a terminal)"
    odd = NOT_SHOWN.search(out.decode().replace("\r\n", "\n").replace("\t", " "))
    if odd or b"touch PWNED" not in out:
        find(where, out[-200:].decode() if odd else "shows nothing of what is hostile")


def look_at_rows(where, rows):
    """The fields of each row are as many as those of the first."""
    if any(len(row) != len(rows[0]) for row in rows):
        find(where, "rows of unlike lengths")


# ---- What is asked ------------------------------------------------------------------------------

def look_at_commands(story, db):
    """What is printed to be copied names the files, and nothing else happens."""
    commands = re.findall(r"^ *(winnow .*)$", story, re.MULTILINE)
    for command in commands:
        script = 'winnow() { printf "%s\\0" "$@"; }\n' + command
        words = subprocess.run(["bash", "-c", script], capture_output=True).stdout.decode()
        words = words.split("\0")
        if words[0] not in ("run", "logs") or db not in words:
            find(command, str(words))
        if words[0] == "run" and words[1] != "made.yaml" + MARK:
            find(command, words[1])
    if not commands:
        find("why", "no command to be copied")


def ask_people(db, names):
    for words in (["status"], ["status", "--watch"], ["db", "check"], ["sql"],
                  ["sql", "--format", "markdown"]):
        out = ask(*words, "--db", db)
    look_at_rows("sql --format markdown", [re.findall(r"(?<!\\)(?:\\\\)*\|", line)
                                           for line in out.strip().split("\n")])
    story = ""
    for key in "4", "5", "9":
        shown = ask("show", key, "--db", db, people=False)
        look_at_lines("show", shown.split("\nthe end of its log\n")[0])
        story += ask("why", key, "--db", db)
    look_at_commands(story, db)
    ask("compare", "el2n" + MARK, "full", "--db", db, codes=(0, 2), shows=False)
    ask("compare", "nobody", "full", "--db", db, codes=(2,), shows=False)
    ask("plot", "--db", db, codes=(2,), shows=False)
    ask("plot", "phases", "-f", "terminal", "-e", names[0], "--db", db)
    ask("scores", "3", "--db", db, codes=(3, 4, 5), shows=False)
    ask("db", "backup", "-o", "copy.db", "--db", db, shows=False)
    ask("merge", "merged.db", "copy.db", shows=False)
    if ask("complete", "why", "--db", db, "", shows=False).count("\n") != 9:
        find("complete", "not the nine cells")


def ask_data(db, names):
    con = sqlite3.connect(db)
    for table in "attempt", "cell", "environment", "experiment", "warning":
        rows = con.execute(f"SELECT * FROM {table}").fetchall()
        query = f"SELECT * FROM {table}"
        out = ask("sql", query, "-f", "csv", "--db", db, people=False)
        read = list(csv.reader(io.StringIO(out, newline="")))[1:]
        objects = json.loads(ask("sql", query, "-f", "json", "--db", db, people=False))
        for row, texts, values in zip(rows, read, map(list, map(dict.values, objects))):
            for value, text, again in zip(row, texts, values):
                if isinstance(value, str) and (value != text or value != again):
                    find(table, f"{value} came back as {text} and {again}")
    con.close()
    status = json.loads(ask("status", "--json", "--db", db, people=False, shows=False))
    if {row["experiment"] for row in status["experiments"]} != set(names):
        find("status --json", str(status["experiments"]))
    for name in re.findall(r"^-- ([^:]*):", ask("sql", "--list", shows=False), re.MULTILINE):
        json.loads(ask("sql", "--named", name, "-f", "json", "--db", db, people=False,
                       shows=False))
    log = ask("logs", "4", "--db", db, people=False, shows=False)
    if MARK not in log:
        find("logs", log)
    for words in (["sql", "SELECT * FROM cell", "-f", "csv"], ["status", "--json"],
                  ["sql", "SELECT * FROM cell", "-f", "json"], ["logs", "4"], ["status"]):
        ask_in_terminal(*words, "--db", db)


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = collections.Counter()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        for name, value in attributes:
            if name.startswith("on") or "script:" in (value or ""):
                find("report", f"<{tag} {name}={value}>")

    def handle_data(self, data):
        self.text += data


def ask_report(db, names):
    ask("report", "-e", names[0], "-o", "page.html", "--db", db, shows=False)
    with open("page.html", encoding="utf-8") as file:
        page = Page(file.read())
    look_at_lines("report", page.text.replace("\nNEXT", "")) # in <pre>
    if page.tags["script"] != 1 or page.tags["b"] or "<script>x</script>%_#{}" not in page.text:
        find("report", str(page.tags))
    ask("report", "-e", names[0], "--db", db, shows=False)
    if len(os.listdir("results")) != 1:
        find("report", str(os.listdir("results")))


def ask_paper(db):
    ask("paper", "a", "--size", "smoke", "-o", "paper", "--db", db, shows=False)
    ask("plot", "seeds", "-f", "svg,cairolatex", "-e", "paper-a-smoke", "-o", "paper", "--db", db,
        shows=False)
    kinds = collections.Counter()
    for path in glob.glob("paper/**/*.*", recursive=True):
        kind = path.rsplit(".", 1)[1]
        if kind in ("pdf", "gp"):
            continue
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        kinds[kind] += "touch PWNED" in text
        if kind == "csv":
            look_at_rows(path, list(csv.reader(io.StringIO(text, newline=""))))
            continue
        if kind != "json":
            look_at_lines(path, text.replace("\t", " "))
        if kind == "tsv":
            look_at_rows(path, [line.split("\t") for line in text.split("\n") if line])
        elif kind == "json":
            json.loads(text)
        elif kind == "svg":
            if "script" in str([e.tag for e in xml.etree.ElementTree.fromstring(text).iter()]):
                find(path, "a script")
        elif kind == "md" and re.search(r"(?<!\\)(<script|`touch|\]\(y)", text):
            find(path, "Markdown")
        elif kind == "tex" and re.search(r"(?<!\\)([&#_~^]script|%\\?_|_\\?#|#\\?{|\\input)", text):
            find(path, "LaTeX")
    for kind in "csv", "tsv", "svg", "md", "tex", "json":
        if not kinds[kind]:
            find(kind, "no file has anything hostile")


def ask_grid(db):
    """A grid whose experiment has been in the database: all that is there is stale."""
    with open("paper.yaml", "w", encoding="utf-8") as file:
        file.write("name: paper-a-smoke\ndataset: {name: synthetic, samples: 100}\n"
                   "model: softmax\npruner: full\ntrain: {epochs: 1}\n")
    ask("plan", "paper.yaml", "--why", "--db", db)
    json.loads(ask("plan", "paper.yaml", "--json", "--db", db, people=False))
    for verb in "slurm", "parallel":
        ask("emit", verb, "paper.yaml", "-o", verb, "--db", db, shows=False)
        for script in glob.glob(f"{verb}/*.s*"):
            if subprocess.run(["sh", "-n", script]).returncode:
                find(script, "not for sh")
    ask("emit", "pending", "parallel", "--db", db, shows=False)
    ask("cell", "--plan", "parallel/plan.jsonl", "--element", "0", shows=False)
    ask("merge", db, "parallel", shows=False)
    ask("run", "paper.yaml", "-j1", "--db", db, shows=False)


def ask_lawless(db):
    for words in (["status"], ["sql"], ["db", "check"], ["report", "-o", "lawless.html"],
                  ["plot", "-o", "lawless"], ["show", "a"], ["why", "aabc"], ["logs", "4"],
                  ["compare", "full", "random"], ["complete", "why", ""]):
        out = ask(*words, "--db", db, codes=range(6), shows=False)
        if words[0] == "complete" and out:
            find("complete", out)


def main():
    made = os.path.abspath(sys.argv[1])
    folder = os.path.abspath("hostile/" + PLACE)
    shutil.rmtree("hostile", ignore_errors=True)
    os.makedirs(folder)
    os.chdir(folder)
    jobs = []
    for name, *how in (("all", None, None, True), ("paper", "paper-a-smoke", "ucb", True),
                       ("lawless", "made", None, False)):
        db = f"{folder}/{name}.db"
        shutil.copy(made, db)
        names = spoil(db, *how)
        if name == "all":
            jobs += [lambda a=db, b=names: ask_people(a, b), lambda a=db, b=names: ask_data(a, b),
                     lambda a=db, b=names: ask_report(a, b)]
        elif name == "paper":
            jobs += [lambda a=db: (ask_paper(a), ask_grid(a))]
        else:
            jobs += [lambda a=db: ask_lawless(a)]
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # It waits for nobody who writes a database beside its own, as a job above does.
    ask("db", "gc", "--db", "copy.db", shows=False)
    listed = re.findall(r"^  ([a-z]+) ", ask("--help", shows=False), re.MULTILINE)
    for command in set(listed) - asked - READ_NONE:
        find(command, "a command that is not asked here")
    for path in glob.glob(os.path.dirname(folder) + "/**/PWNED", recursive=True):
        find(path, "a command was run")
    for finding in findings:
        print(finding)
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
