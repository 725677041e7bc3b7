#!/usr/bin/env python3
"""Reads every view of a winnow database as other programs do.

    tests/engines.py --engine python made.db
    tests/engines.py made.db       with every engine; what is not installed is skipped, and named

Engines: python (its own sqlite3), rsqlite (R's RSQLite), better-sqlite3 and sql.js (of node, which
finds them by NODE_PATH). Python asserts that views call no function that a bare SQLite 3.38 lacks
or that versions of SQLite answer differently, that each column has one type, and that v_protocol*
has an order of its own. The others give the same rows as Python, numbers to 12 digits, those of
v_protocol* in the same order. Prints a line for each finding and each engine; exit code 1: there
are findings.
"""
import argparse
import json
import math
import shutil
import sqlite3
import subprocess
import sys

DIGITS = 1e-12  # sums may be compensated (SQLite 3.43) or not

# Of a SQLite that was built without options. round() and printf() are left out: they differ.
FUNCTIONS = set(
    """abs avg coalesce count first_value group_concat iif ifnull instr json_array_length json_each
    json_extract json_group_array json_type lead length like max min nullif rank replace row_number
    strftime substr sum""".split()
)

R_PROGRAM = r"""
options(warn = 2)
path <- commandArgs(TRUE)[1]
db <- DBI::dbConnect(RSQLite::SQLite(), path)
quoted <- function(x) {
    x <- gsub("\\", "\\\\", x, fixed = TRUE)
    x <- gsub('"', '\\"', x, fixed = TRUE)
    x <- gsub("\n", "\\n", x, fixed = TRUE)
    x <- gsub("\t", "\\t", x, fixed = TRUE)
    paste0('"', gsub("[[:cntrl:]]", " ", x), '"')
}
one <- function(x) {
    if (is.list(x)) x <- x[[1]]
    if (is.null(x) || (!is.raw(x) && is.na(x))) "null"
    else if (is.raw(x)) quoted(paste(format(x), collapse = ""))
    else if (is.character(x)) quoted(x)
    else if (is.integer(x)) sprintf("%d", x)
    else if (is.double(x) && !inherits(x, "integer64"))
        if (x == trunc(x) && abs(x) < 1e15) sprintf("%.1f", x) else sprintf("%.17g", x)
    else as.character(x)
}
cat("\"", as.character(RSQLite::rsqliteVersion()[["library"]]), "\"\n", sep = "")
views <- "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
for (view in DBI::dbGetQuery(db, views)$name) {
    table <- DBI::dbGetQuery(db, paste("SELECT * FROM", view))
    rows <- vapply(seq_len(nrow(table)), function(i) {
        values <- vapply(table, function(column) one(column[i]), "")
        paste0("[", paste(values, collapse = ", "), "]")
    }, "")
    cat("[", quoted(view), ", [", paste(rows, collapse = ", "), "]]\n", sep = "")
}
"""

NODE_BEGIN = r"""
const path = process.argv[2];
function show(views, rows) {
    for (const view of views) {
        const plain = rows('SELECT * FROM ' + view).map(row => row.map(
            value => value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value));
        console.log(JSON.stringify([view, plain]));
    }
}
const list = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name";
"""

BETTER_SQLITE3 = NODE_BEGIN + r"""
const db = new (require('better-sqlite3'))(path, {readonly: true});
const rows = sql => db.prepare(sql).raw().all();
console.log(JSON.stringify(rows('SELECT sqlite_version()')[0][0]));
show(rows(list).map(row => row[0]), rows);
"""

SQL_JS = NODE_BEGIN + r"""
require('sql.js')().then(SQL => {
    const db = new SQL.Database(require('fs').readFileSync(path));
    const rows = sql => { const all = db.exec(sql); return all.length ? all[0].values : []; };
    console.log(JSON.stringify(rows('SELECT sqlite_version()')[0][0]));
    show(rows(list).map(row => row[0]), rows);
});
"""


class Absent(Exception):
    pass


def run(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def view_names(path):
    with sqlite3.connect(path) as db:
        query = "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name"
        return [name for (name,) in db.execute(query)]


def refuse_functions(action, _, name, *__):
    known = action != sqlite3.SQLITE_FUNCTION or name.lower() in FUNCTIONS
    return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY


def by_python(path):
    views = {}
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.set_authorizer(refuse_functions)
    for view in view_names(path):
        views[view] = [
            [value.hex() if isinstance(value, bytes) else value for value in row]
            for row in db.execute(f"SELECT * FROM {view}")
        ]
    db.set_authorizer(None)
    db.execute("PRAGMA reverse_unordered_selects = ON")
    for view in filter(is_ordered, views):
        again = [list(row) for row in db.execute(f"SELECT * FROM {view}")]
        if again != views[view]:
            raise RuntimeError(f"{view}: its rows have no order")
    return sqlite3.sqlite_version, views


def from_lines(text):
    version, *lines = text.splitlines()
    return json.loads(version), dict(json.loads(line) for line in lines)


def by_r(path):
    here = shutil.which("Rscript")
    if not here or subprocess.run([here, "-e", "library(RSQLite)"], capture_output=True).returncode:
        raise Absent
    return from_lines(run([here, "-", path], R_PROGRAM))


def by_node(program, package):
    def ask(path):
        here = shutil.which("node")
        probe = ["node", "-e", f"require('{package}')"]
        if not here or subprocess.run(probe, capture_output=True).returncode:
            raise Absent
        return from_lines(run([here, "-", path], program))

    return ask


ENGINES = {
    "python": by_python,
    "rsqlite": by_r,
    "better-sqlite3": by_node(BETTER_SQLITE3, "better-sqlite3"),
    "sql.js": by_node(SQL_JS, "sql.js"),
}


def is_ordered(view):
    return view.startswith("v_protocol")


def same_value(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=DIGITS, abs_tol=DIGITS)
    return a == b


def columns_of_two_types(views):
    for view, rows in views.items():
        for i, column in enumerate(zip(*rows)):
            types = {type(value).__name__ for value in column if value is not None}
            if len(types) > 1:
                yield f"{view}: column {i} has values of {' and '.join(sorted(types))}"


def key(row):
    """Of the sort: numbers by 6 digits, since their last bits may differ."""
    return [f"{value:.6g}" if isinstance(value, (int, float)) else str(value) for value in row]


def differences(ours, theirs):
    for view, rows in ours.items():
        others = theirs.get(view)
        if others is None or len(others) != len(rows):
            yield f"{view}: {'no' if others is None else len(others)} rows, Python has {len(rows)}"
            continue
        if not is_ordered(view):
            rows, others = sorted(rows, key=key), sorted(others, key=key)
        for row, other in zip(rows, others):
            unlike = [pair for pair in zip(row, other) if not same_value(*pair)]
            if unlike:
                yield f"{view}: {unlike[0][1]!r}, Python has {unlike[0][0]!r}"
                break


def look(name, path):
    """How many findings."""
    try:
        version, views = ENGINES[name](path)
        if name == "python":
            findings = [*columns_of_two_types(views)]
        else:
            findings = [*differences(by_python(path)[1], views)]
    except Absent:
        print(f"{name}: not here, skipped")
        return 0
    except (RuntimeError, sqlite3.Error) as error:
        print(f"{name}: {error}")
        return 1
    for line in findings:
        print(f"{name}: {line}")
    rows = sum(len(rows) for rows in views.values())
    empty = [view for view in views if not views[view]]
    print(f"{name} (SQLite {version}): {len(views)} views, {rows} rows, {len(findings)} findings")
    if empty:
        print(f"{name}: no rows: {', '.join(empty)}")
    return len(findings)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=[*ENGINES], action="append")
    parser.add_argument("database")
    arguments = parser.parse_args()
    names = arguments.engine or [*ENGINES]
    return 1 if sum(look(name, arguments.database) for name in names) else 0


sys.exit(main())
