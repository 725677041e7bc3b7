#!/bin/sh
# The rules of the house that a compiler does not check. Prints "file:line: reason" for each finding
# and exits 1 if there is one. CONTRIBUTING.md has the rules with their reasons.
#
#     tests/lint.sh [FOLDER]       the tree, by default the one that this file is in
#     tests/lint.sh --self-test    breaks each rule in a scratch tree and expects the finding
#     tests/lint.sh --rooms        prints which rooms include which, and how often
#     tests/lint.sh --table-of-rooms   .rooms as docs/house.md has it
#     tests/lint.sh --kernels FOLDER   the findings in kernels of another build than build/
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
LC_ALL=C
export LC_ALL

# Of the program, by a pattern of names.
sources() {
    find base harness models pruners results plots -name "$1" 2>/dev/null | sort
}

# ---- Text: every file that people read ---------------------------------------------------------

# tests/golden holds what tests feed to the program, damage included.

# shellcheck disable=SC2016 # awk has dollars of its own
lint_text() {
    find . \( -path ./build -o -path ./.git -o -path ./data -o -path ./results/figures -o \
        -path ./tests/golden -o -name __pycache__ \) -prune \
        -o -type f \( -name '*.[ch]' -o -name '*.def' -o -name '*.sql' -o -name '*.gp' -o \
        -name '*.sh' -o -name '*.py' -o -name '*.html' -o -name '*.css' -o \
        -name '*.js' -o -name '*.yaml' -o -name '*.md' -o -name '*.t' -o -name Makefile -o \
        -path './.ci/*' -o -path './bench/*' -o -path './packaging/*' -o -path './debian/*' -o \
        -path ./tests/check -o -path ./tests/coverage -o -path ./tests/cli/run-t -o \
        -path ./tests/elsewhere -o -path ./tests/fuzz/run \) \
        -print | sed 's|^\./||' | sort | xargs -r awk '
        function say(reason) { print FILENAME ":" FNR ": " reason }
        FNR == 1 { prose = FILENAME ~ /\.(md|t)$/ }
        FNR == 701 && !prose { say("over 700 lines: look for the seam") }
        /\t/ && FILENAME !~ /^(Makefile|debian\/rules)$/ { say("tab") }
        /[ \t]$/ { say("trailing blank") }
        length($0) > 100 && !prose {
            columns = $0
            gsub(/[\200-\277]/, "", columns) # all but the first byte of a UTF-8 character
            if (length(columns) > 100) say("over 100 columns")
        }
        /(^|[^A-Z])(TO[D]O|FIX[M]E|XX[X])([^A-Z]|$)/ { say("unfinished work") }
    '
}

# ---- Code: who may include whom, and who may print --------------------------------------------

# shellcheck disable=SC2016
lint_code() {
    find base harness models pruners results plots tests -name '*.[ch]' 2>/dev/null | sort |
        xargs -r awk '
        function say(reason) { print FILENAME ":" FNR ": " reason }

        # The innermost room that a path lies in; "" where there is none.
        function room(path) {
            while (sub(/\/[^\/]*$/, "", path))
                if (path in may || path == "tests")
                    return path
            return ""
        }

        # The line without comments and without what is between quotes.
        function code_of(line,    code, start) {
            code = ""
            while (line != "") {
                if (in_comment) {
                    start = index(line, "*/")
                    if (!start) return code
                    line = substr(line, start + 2)
                    in_comment = 0
                } else if (match(line, /\/\*|\/\/|"|'\''/)) {
                    code = code substr(line, 1, RSTART - 1)
                    start = substr(line, RSTART, RLENGTH)
                    line = substr(line, RSTART + RLENGTH)
                    if (start == "//") return code
                    if (start == "/*") in_comment = 1
                    if (start == "\"") sub(/^([^"\\]|\\.)*"/, "", line)
                    if (start == "'\''") sub(/^([^'\''\\]|\\.)*'\''/, "", line)
                } else
                    return code line
            }
            return code
        }

        BEGIN {
            while ((getline line < ".rooms") > 0) {
                if (line ~ /^#/)
                    continue
                split(line, column, "|")
                name = column[1]
                sub(/ +$/, "", name)
                count = split(column[2], named, " ")
                for (i = 1; i <= count; i++)
                    if (!(named[i] in may))
                        print ".rooms:1: " name " may include " named[i] ", which is not above it"
                may[name] = " base " name " " column[2] " "
                also[name] = " " column[3] " "
            }
            also["tests"] = " print sqlite net "
        }

        FNR == 1 {
            in_comment = 0
            mine = room(FILENAME)
            if (mine == "")
                say("lies in no room of .rooms")
            prints = index(also[mine], " print ") || FILENAME == "base/err.c"
            blas = FILENAME ~ /^base\/linalg\.[ch]$/
            sqlite = index(also[mine], " sqlite ")
        }

        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, quoted, "\"")
            theirs = room(quoted[2])
            if (theirs == "")
                say("\"" quoted[2] "\": includes are rooted at the repository")
            else if (mine != "tests" && !index(may[mine], " " theirs " ") ||
                     mine == "pruners" && theirs == "harness/data" &&
                         quoted[2] != "harness/data/data.h")
                say(mine " may not include " quoted[2])
        }
        /^[ \t]*#[ \t]*include[ \t]*[<"](cblas|f77blas|lapacke|lapack)\.h[>"]/ && !blas {
            say("only base/linalg.c knows BLAS")
        }
        /^[ \t]*#[ \t]*include[ \t]*[<"]sqlite3\.h[>"]/ && !sqlite {
            say("SQLite is for the rooms that .rooms says may have it")
        }
        /^[ \t]*#[ \t]*include[ \t]*[<"](curl\/curl|archive|archive_entry)\.h[>"]/ &&
            !index(also[mine], " net ") {
            say("libcurl and libarchive are for winnow-fetch alone: harness/fetch has them")
        }

        {
            code = code_of($0)
            if (mine != "tests" && FILENAME != "base/process.c" &&
                code ~ /(^|[^A-Za-z0-9_])(popen|system|v?fork|posix_spawnp?)[ ]*\(/)
                say("only base/process.c starts processes")
            if (prints && FILENAME ~ /^harness\/cmd\// && FILENAME !~ /^harness\/cmd\/kit\// &&
                code ~ /(printf|puts|putc|fwrite)[ ]*\(.*stderr/)
                say("what goes to stderr passes cmd_say()")
            if (prints)
                next
            if (code ~ /(^|[^A-Za-z0-9_])(printf|vprintf|puts|putchar|perror)[ ]*\(/ ||
                code ~ /(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)/)
                say("only the commands print")
            if (code ~ /(^|[^A-Za-z0-9_])(exit|quick_exit|abort)[ ]*\(/)
                say("only the commands end the process")
        }
    '
}

# ---- Tests: what asserts after a test's end counts for nothing ---------------------------------

# A test's .fini must not call Criterion's assertions, itself or by functions of tests/: they change
# no result. (REQUIRE ends the process there, which tests/check counts as a crash.)
lint_fini() {
    find tests -name '*.[ch]' 2>/dev/null | sort | xargs -r awk '
        # Of two functions of one name, that of this file is meant.
        function id_of(name, file) { return (file, name) in is ? file SUBSEP name : "" SUBSEP name }

        match($0, /\.fini = [a-z0-9_]+/) {
            name = substr($0, RSTART + 8, RLENGTH - 8)
            place[++finis] = FILENAME ":" FNR
            fini[finis] = name
            of[finis] = FILENAME
        }
        /^[a-z].*[a-z0-9_]+\(.*[^;]$/ {
            name = $0
            sub(/\(.*/, "", name)
            sub(/.*[ *]/, "", name)
            current = (/^static/ ? FILENAME : "") SUBSEP name
            is[current] = FILENAME
            next
        }
        /^}/ { current = "" }
        current != "" {
            line = $0
            while (match(line, /[a-z_][a-z0-9_]*\(/)) {
                called = substr(line, RSTART, RLENGTH - 1)
                if (called ~ /^cr_(assert|expect|fail|fatal)/)
                    asserts[current] = 1
                calls[current] = calls[current] " " called
                line = substr(line, RSTART + RLENGTH)
            }
        }
        END {
            do {
                more = 0
                for (caller in calls) {
                    count = split(calls[caller], called_by, " ")
                    for (i = 1; i <= count; i++)
                        if (id_of(called_by[i], is[caller]) in asserts && !(caller in asserts)) {
                            asserts[caller] = 1
                            more = 1
                        }
                }
            } while (more)
            for (i = 1; i <= finis; i++)
                if (id_of(fini[i], of[i]) in asserts)
                    print place[i] ": " fini[i] " asserts, and after the test nothing counts"
        }
    '
}

# ---- SQL: numbers are rounded by winnow's own functions -----------------------------------------

# SQLite's round() and printf() round ties otherwise than C, and other ones from version to version:
# results/functions/functions.h has what is used instead. In a view no function of winnow's can be:
# it gives the whole double. Of a .c or .h what is between quotes is read, of a document the fences.
lint_sql() {
    find base harness models pruners results plots bench docs experiments README.md \
        \( -name '*.sql' -o -name '*.[ch]' -o -name '*.md' \) 2>/dev/null | sort |
        xargs -r awk '
        FNR == 1 { sql = FILENAME ~ /\.sql$/; document = FILENAME ~ /\.md$/ }
        document && /^```/ { sql = !sql && /^```sql/ }
        {
            text = $0
            if (!sql && document) next
            if (!sql) { # what is between quotes
                text = ""
                for (rest = $0; match(rest, /"([^"\\]|\\.)*"/);) {
                    text = text " " substr(rest, RSTART, RLENGTH)
                    rest = substr(rest, RSTART + RLENGTH)
                }
            }
            sub(/--.*/, "", text)
            place = FILENAME ":" FNR ": "
            if (text ~ /(^|[^a-z_])round\(/ ||
                text ~ /(printf|format)\('\''([^'\''%]|%[ds%])*%[^ds%]/)
                print place "SQLite rounds in its own way: fixed(), significant(), rounded()"
            if (FILENAME ~ /^results\/views/ && text ~ /(^|[^a-z_])(fixed|significant|rounded)\(/)
                print place "views are read where there is none of our functions"
        }
    '
}

# ---- Registries: a .def line and its plug-in belong together ----------------------------------

# registry DEF TYPE [FOLDER]: every `const struct TYPE x` in FOLDER, by default beside DEF, has its
# line in DEF, and, unless macros make them, the reverse: PRUNER(x) there is x_pruner here.
lint_registry() {
    def=$1 type=$2 folder=${3:-$(dirname "$1")}
    [ -f "$def" ] || return 0
    awk -v def="$def" -v type="$type" '
        FILENAME == def && match($0, /^[A-Z]+\([a-z0-9_]+/) {
            split(substr($0, RSTART, RLENGTH), part, "(")
            line[part[2] "_" tolower(part[1])] = FNR
        }
        FILENAME != def && match($0, "^const struct " type " [a-z0-9_]+ =") {
            name = $4
            defined[name] = 1
            if (!(name in line))
                print FILENAME ":" FNR ": " name " is not registered in " def
        }
        FILENAME != def && match($0, "^ +const struct " type " [a-z]+##") { made_by_macro = 1 }
        END {
            for (entry in line)
                if (!(entry in defined) && !made_by_macro)
                    print def ":" line[entry] ": no const struct " type " of that name beside it"
        }
    ' "$def" "$folder"/*.[ch]
}

lint_registries() {
    lint_registry pruners/pruners.def pruner
    lint_registry models/models.def model
    lint_registry models/nn/ops.def nn_op models/nn/ops
    lint_registry models/nn/conv/convs.def conv_impl
    lint_registry harness/data/datasets.def dataset_type

    # Files that a .def names, and figures that it does not name.
    for def in $(find base harness models pruners plots -name '*.def' 2>/dev/null | sort); do
        folder=$(dirname "$def")
        grep -no '[a-z0-9_-][a-z0-9_-]*\.\(c\|sql\|gp\)\>' "$def" |
            while IFS=: read -r line file; do
                [ -f "$folder/$file" ] || echo "$def:$line: there is no $folder/$file"
            done
    done
    [ -f plots/figures.def ] || return 0
    sed -n 's/^FIGURE("\([a-z0-9-]*\)".*/\1/p' plots/figures.def | while read -r figure; do
        for file in "plots/$figure.sql" "plots/$figure.gp"; do
            [ -f "$file" ] || echo "plots/figures.def:1: there is no $file"
        done
    done
    for file in plots/*.sql; do
        { [ -f "$file" ] && [ "$file" != plots/columns.sql ]; } || continue
        grep -q "^FIGURE(\"$(basename "$file" .sql)\"" plots/figures.def ||
            echo "$file:1: not registered in plots/figures.def"
    done
}

# ---- Objects: no mutable state ---------------------------------------------------------------

# Of the release build, if there is one: what lies in .data, .bss or thread-local storage. Two
# exceptions: a signal's handler has no argument, and what kernels run is decided once.
lint_globals() {
    command -v objdump >/dev/null || return 0
    for source in $(sources '*.c'); do
        object=build/${source%.c}.o
        [ -f "$object" ] || continue
        objdump -t "$object" | awk -v source="$source" '
            match($0, / \.t?(data|bss)[^ \t]*\t/) {
                section = substr($0, RSTART + 1, RLENGTH - 2)
                name = $NF
                if (section ~ /^\.data\.rel\.ro/ || name ~ /^\./)
                    next
                # A static n in a function f: n.0 of gcc, f.n of clang.
                sub(/\.[0-9]+$/, "", name)
                sub(/^.*\./, "", name)
                if (source name ~ /^base\/(signals.cends|cpu.cdecided)$/)
                    next
                print source ":1: " name " is mutable and global (" section ")"
            }
        '
    done
}

# What a compiler made of the functions for AVX2 and AVX-512 (base/clones.h, and convolutions in
# files of their own), in a folder of objects:
#
#     compares   of single values: 16 are vectors of 16 taken apart lane by lane; fewer are the end
#                of a loop
#     single     arithmetic on single values and none on vectors; expf's loop cannot be otherwise
#     calls      of other functions than these: a loop that calls is none of vectors
#     stack      vectors stored there, where at least eight are calculated in a row: sums that live
#                in memory. With 32 registers, half as many as are calculated; with 16, twice.
#                (Winograd's wide kernels are compiled for AVX2 too, and do not run there.)
#
# (x86-64; elsewhere nothing is found.)
kernels() {
    command -v objdump >/dev/null || return 0
    for source in $(sources '*.c'); do
        object=$1/${source%.c}.o
        [ -f "$object" ] && grep -q '_avx512\|direct_sums\|implicit_dots' "$object" || continue
        objdump -dr --no-show-raw-insn "$object" | awk -v source="$source" '
            function say(what) { print source ":1: " name " " what }
            function tell() {
                if (name !~ /_avx(2|512)(\.[a-z0-9.]*)?$/ &&
                    source name !~ /direct_kernels.c(sums_[a-z0-9]*_|products_)/ &&
                    source name !~ /implicit_dots.c(multiply|accumulate)/)
                    return
                if (compares >= 16)
                    say("compares lane by lane: see models/nn/num/simd.h, masks")
                if (single && !vector && !slow)
                    say("calculates with single values only")
                if (stored > (name ~ /_avx2/ ? 2 : 0.5) * stored_of && name !~ /_wide_avx2/)
                    say("keeps its sums on the stack: " stored " stores, " stored_of " calculated")
                if (called)
                    say("calls" called)
            }
            /^[0-9a-f]+ <.*>:$/ {
                tell()
                name = $2
                gsub(/[<>:]/, "", name)
                compares = single = vector = stored = stored_of = slow = call = run = run_stored = 0
                called = ""
                next
            }
            / R_X86_64_/ && call {
                call = 0
                sub(/[-+]0x.*/, "", $NF)
                slow += $NF == "expf"
                if ($NF !~ /^(expf|mem(cpy|set|move)|nn_(load|round|store)|put_sums)$/)
                    called = called " " $NF
                next
            }
            NF > 1 {
                call = $2 ~ /^call/
                compares += $2 ~ /^v?(u?comi|cmp[a-z_]*|min|max)ss$/
                single += $2 ~ /^v?(add|sub|mul|div|sqrt|fn?m(add|sub)[123]*)s[sd]$/
                run += $2 ~ /^v?(add|sub|mul|div|sqrt|fn?m(add|sub)[123]*)p[sd]$|^vdpbf16ps$/
                run_stored += $2 ~ /^v?mov(a|u|dq)/ && /[xyz]mm[0-9]+,.*\(%r[sb]p/
                if ($2 ~ /^(j|ret)/) {
                    vector += run
                    stored_of += run < 8 ? 0 : run
                    stored += run < 8 ? 0 : run_stored
                    run = run_stored = 0
                }
            }
            END { tell() }
        '
    done
}

# Of the release build, if there is one.
lint_kernels() {
    kernels build
}

table_of_rooms() {
    echo '| room | what is in it | may include |'
    echo '|---|---|---|'
    awk -F'|' '!/^#/ {
        for (i = 1; i <= 4; i++)
            gsub(/^ +| +$/, "", $i)
        gsub(/[^ ]+/, "`&`", $2)
        printf "| `%s/` | %s | %s |\n", $1, $4, $2
    }' "$1/.rooms"
}

# Every room has its turn under sanitizers and its least coverage, and the table in docs/house.md is
# the one of .rooms.
lint_rooms() {
    for list in tests/parts tests/coverage.least; do
        [ ! -f $list ] || sed '/^#/d; s/ .*//' .rooms | while read -r room; do
            grep -q "^$room " $list || echo "$list:1: has no line of $room"
        done
    done
    [ -f docs/house.md ] || return 0
    [ "$(sed -n '/^<!-- table of rooms/,/^<!-- end of table/ { /^<!--/! p }' docs/house.md)" = \
        "$(table_of_rooms .)" ] || echo 'docs/house.md:1: the table of rooms is old: make readme'
}

# A link of a document to a file leads somewhere.
lint_links() {
    find . \( -path ./build -o -path ./.git \) -prune -o -name '*.md' -print | sort |
        while read -r file; do
            grep -no ']([^)#]*' "$file" | sed 's/:](/ /' | while read -r line link; do
                case $link in
                http* | '') ;;
                *) [ -e "$(dirname "$file")/$link" ] || echo "${file#./}:$line: no file $link" ;;
                esac
            done
        done
}

# "room -> other room (includes)", a line each, of what the sources really include, and whether an
# arrow runs up: .rooms names the rooms from the ground floor on, so where none does, none closes a
# circle.
rooms() {
    cd "$1"
    sources '*.[ch]' | xargs awk '
        function room(path) { sub(/\/[^\/]*$/, "", path); return path }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, quoted, "\"")
            if (room(quoted[2]) != room(FILENAME))
                count[room(FILENAME) " -> " room(quoted[2])]++
        }
        END { for (edge in count) print edge " (" count[edge] ")" }
    ' | sort | awk '
        BEGIN {
            while ((getline line <".rooms") > 0)
                if (line !~ /^#/) {
                    split(line, column, " ")
                    floor[column[1]] = ++rooms
                }
        }
        {
            print
            if ($1 in floor && $3 in floor && floor[$3] > floor[$1])
                up[++ups] = $1 " -> " $3
        }
        END {
            for (i = 1; i <= ups; i++)
                print "runs up: " up[i]
            if (!ups)
                print rooms " rooms, " NR " arrows: none runs up, so none closes a circle"
            exit ups > 0
        }'
}

lint() {
    cd "$1"
    findings=$(
        lint_text
        lint_code
        lint_fini
        lint_sql
        lint_registries
        lint_globals
        lint_kernels
        lint_rooms
        lint_links
    )
    [ -z "$findings" ] || {
        echo "$findings"
        return 1
    }
}

# ---- The test of all this --------------------------------------------------------------------

failures=0

# expect FILE TEXT FINDING: with that file, the scratch tree has exactly that finding (a pattern).
expect() {
    mkdir -p "$scratch/$(dirname "$1")"
    [ ! -f "$scratch/$1" ] || cp "$scratch/$1" "$scratch/.saved"
    printf '%b' "$2" >"$scratch/$1"
    case $1 in # an object as make would have it
    *.c) mkdir -p "$scratch/build/$(dirname "$1")" &&
        { ${CC:-cc} -w -c -o "$scratch/build/${1%.c}.o" "$scratch/$1" 2>/dev/null || :; } ;;
    esac
    if found=$(lint "$scratch"); then
        status=0
    else
        status=$?
    fi
    if [ -z "$3" ]; then
        [ "$status:$found" = 0: ] || fail "$1" "$found" "nothing"
    else
        # shellcheck disable=SC2254 # it is a pattern
        case $status:$found in
        1:$3) ;;
        *) fail "$1" "$found" "$3" ;;
        esac
    fi
    rm -f "$scratch/$1" "$scratch/build/${1%.c}.o"
    [ ! -f "$scratch/.saved" ] || mv "$scratch/.saved" "$scratch/$1"
}

fail() {
    failures=$((failures + 1))
    printf 'lint --self-test: %s: expected "%s", found "%s"\n' "$1" "$3" "$2" >&2
}

self_test() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    mkdir -p "$scratch/pruners" "$scratch/models/nn" "$scratch/plots" "$scratch/harness/data"
    cp "$here/.rooms" "$scratch"
    echo 'PRUNER(good)' >"$scratch/pruners/pruners.def"
    echo 'const struct pruner good_pruner = {0};' >"$scratch/pruners/good.c"
    echo 'MODEL(good) /* net.c */' >"$scratch/models/models.def"
    echo 'const struct model good_model = {0};' >"$scratch/models/net.c"
    echo 'FIGURE("good", "why?")' >"$scratch/plots/figures.def"
    touch "$scratch/plots/good.sql" "$scratch/plots/good.gp"

    # What is allowed stays silent.
    expect harness/data/x.c '#include "base/mem.h"\n#include <cblashes.h>\n' ''
    expect pruners/x.c '#include "harness/data/data.h"\n#include "pruners/pruner.h"\n' ''
    expect models/x.c '#include "models/nn/nn.h"\n#include "models/model.h"\n' ''
    expect harness/cell/x.c '#include "pruners/pruner.h"\n#include "models/model.h"\n' ''
    expect tests/x.c '#include "tests/support/support.h"\n#include <sqlite3.h>\n' ''
    expect tests/x.c 'int x = printf("");\n' ''
    expect harness/cmd/x.c 'void x(void) { printf("x"); exit(1); }\n' ''
    expect harness/plan/x.c '/* printf(\n   exit(1) */ const char c = 34; // puts("x")\n' ''
    expect harness/plan/x.c 'static const char *const x[] = {"printf(\\"stderr\\")"};\n' ''
    expect harness/plan/x.c 'void x(void) { fprintf(file, "x"); _exit(1); }\n' ''
    expect harness/plan/x.c 'void x(void) { snprintf(0, 0, ""); }\n' ''
    expect results/x.c '#include <sqlite3.h>\n' ''
    expect harness/fetch/x.c '#include <curl/curl.h>\n#include <archive.h>\n' ''
    expect harness/plan/x.c '/* fork() */ void x(void) { operating_system(); }\n' ''
    expect tests/x.c 'int x = fork();\n' ''
    expect harness/plan/x.c 'const char *const table[] = {"a", "b"};\n' ''
    expect Makefile 'x:\n\ty\n' ''
    expect tests/golden/x.yaml 'a:\tb \n' ''
    expect harness/plan/x.h "// $(yes '\0303\0244' | head -n 97 | tr -d '\n')\n" ''
    expect tests/x.c 'const char *name = "/tmp/x-XX''XXXX";\n' ''

    # Every rule fires.
    expect harness/plan/x.c 'int\tx;\n' 'harness/plan/x.c:1: tab*'
    expect harness/plan/x.sql 'select 1; \n' 'harness/plan/x.sql:1: trailing blank'
    expect harness/plan/x.h '\n// TO''DO later\n' 'harness/plan/x.h:2: unfinished work'
    expect bench/x.py 'x = 1\t# one\n' 'bench/x.py:1: tab*'
    expect bench/x "$(printf '%0101d' 0)\n" 'bench/x:1: over 100 columns'
    expect README.md 'FIX''ME: write it\n' 'README.md:1: unfinished work'
    expect harness/plan/x.h "$(printf '%0101d' 0)\n" 'harness/plan/x.h:1: over 100 columns'
    expect harness/plan/x.h "$(yes '\n' | head -n 701 | tr -d '\n')" '*x.h:701: over 700 lines*'
    expect base/x.c '#include "harness/data/data.h"\n' '*:1: base may not include *'
    expect base/x.h '#include "harness/cmd/kit/cmd.h"\n' '*:1: base may not include *'
    expect harness/data/x.c '#include "models/model.h"\n' '*:1: harness/data may not include *'
    expect models/nn/x.c '#include "models/model.h"\n' '*:1: models/nn may not include *'
    expect models/x.c '#include "pruners/pruner.h"\n' '*:1: models may not include *'
    expect harness/plan/x.c '#include "harness/cmd/kit/cmd.h"\n' '*:1: harness/plan may not *'
    expect pruners/x.c '#include "models/nn/nn.h"\n' '*:1: pruners may not include *'
    expect pruners/x.c '#include "harness/data/loader.h"\n' '*:1: pruners may not include *'
    expect results/x.h '#include "harness/plan/plan.h"\n' '*:1: results may not include *'
    expect plots/x.c '#include "harness/cmd/kit/cmd.h"\n' '*:1: plots may not include *'
    expect harness/plan/x.c '# include "tests/support/support.h"\n' '*:1: harness/plan may not *'
    expect harness/plan/x.c '#include "cmd.h"\n' '*:1: "cmd.h": includes are rooted*'
    expect models/nn/x.c '#include <cblas.h>\n' '*:1: only base/linalg.c knows BLAS'
    expect pruners/x.h '#include <lapacke.h>\n' '*:1: only base/linalg.c knows BLAS'
    expect harness/plan/plan.c '#include <sqlite3.h>\n' '*:1: SQLite is for*'
    expect harness/data/x.c '#include <curl/curl.h>\n' '*:1: libcurl and libarchive are for*'
    expect harness/cmd/x.c '#include <archive.h>\n' '*:1: libcurl and libarchive are for*'
    expect harness/plan/x.c 'void x(void)\n{\n    puts("x");\n}\n' '*:3: only the commands print'
    expect models/x.c '/* a */ int x = fprintf(stderr, "");\n' '*:1: only the commands print*'
    expect harness/cmd/ask/x.c 'int x = fprintf(stderr, "");\n' '*:1: * passes cmd_say()'
    expect results/x.c 'void x(void) { exit(1); }\n' '*:1: only the commands end the process'
    expect harness/cmd/x.c 'int x = fork();\n' '*:1: only base/process.c starts processes'
    expect plots/x.c 'int x = system("");\n' '*:1: only base/process.c starts processes'
    expect harness/plan/x.c 'int counter;\n' '*:1: counter is mutable and global*'
    expect harness/plan/x.c 'int f(void) { static int n = 3; return n++; }\n' '*:1: n is mutable*'
    case $(uname -m):$(command -v objdump) in
    x86_64:?*)
        compare='r[N] = a[N] > a[16 + N];'
        compares=$(for n in $(seq 0 15); do echo "$compare" | sed "s/N/$n/g"; done)
        v='typedef float v __attribute__((vector_size(16)));\n'
        expect models/nn/x.c "void f_avx512(int *r, float *a)\n{\n$compares\n}\n" \
            '*:1: f_avx512 compares lane by lane*'
        expect models/nn/x.c 'void f_avx512(float *a) { *a += 1; }\n' '*single values only'
        expect models/nn/x.c "${v}void f_avx512(v *a) { *a += *a; }\n" ''
        few='v b = *a * *a * *a * *a; *a = b * b * b * b * b * b;'
        many='v b = *a, c = b * b, d = c * c, e = d * d, f = e * e; *a = f * e * d * c * b;'
        expect models/nn/x.c "${v}void f_avx512(v *a) { $few }\n" ''
        expect models/nn/x.c "${v}void f_avx512(v *a) { $many }\n" '*keeps its sums on the stack*'
        expect models/nn/x.c 'void g(void);\nvoid f_avx512(void) { g(); }\n' '*:1: f_avx512 calls g'
        ;;
    esac
    expect pruners/x.c 'const struct pruner bad_pruner = {0};\n' '*:1: bad_pruner is not *'
    expect models/nn/x.c '\n' ''
    expect models/models.def 'MODEL(good)\nMODEL(bad)\n' '*:2: no const struct model *'
    expect models/models.def 'MODEL(good) /* gone.c */\n' '*:1: there is no models/gone.c'
    expect plots/x.sql 'select 1;\n' 'plots/x.sql:1: not registered in plots/figures.def'
    expect plots/figures.def 'FIGURE("good", "")\nFIGURE("bad", "")\n' \
        '*there is no plots/bad.sql*there is no plots/bad.gp'

    expect tests/x.c 'static void end(void)\n{\n    free(x);\n}\nTestSuite(x, .fini = end);\n' ''
    expect tests/x.c 'void end(void)\n{\n    cr_expect(1);\n}\nTestSuite(x, .fini = end);\n' \
        'tests/x.c:5: end asserts*'
    last='static void last(int n)\n{\n    if (n)\n        cr_assert_eq(n, 1);\n}\n'
    expect tests/x.c "${last}void end(void)\n{\n    last(2);\n}\nTestSuite(x, .fini = end);\n" \
        'tests/x.c:10: end asserts*'

    expect harness/plan/x.sql 'SELECT fixed(x, 2), rounded(x, 1), printf('"'%s %d'"', a, b);\n' ''
    expect harness/plan/x.c '/* round(2.5) */ double x(void) { return round(1); }\n' ''
    expect harness/plan/x.c 'const char *const x = "around(x)";\n' ''
    expect pruners/README.md 'keep = round(n)\n\n```sql\nSELECT 1\n```\n' ''
    expect harness/plan/x.sql '\nSELECT 1,round(x, 2)\n' 'harness/plan/x.sql:2: SQLite rounds *'
    expect harness/plan/x.sql "SELECT printf('%d%+.2f', 1, x)\n" '*x.sql:1: SQLite rounds *'
    expect harness/plan/x.sql "SELECT format('%g', x)\n" '*x.sql:1: SQLite rounds *'
    expect harness/plan/x.c 'const char *const x = "SELECT round(x)";\n' '*x.c:1: SQLite rounds *'
    expect pruners/README.md '```sql\nSELECT round(x)\n```\n' 'pruners/README.md:2: SQLite rounds*'
    expect results/views.sql 'SELECT fixed(x, 2)\n' 'results/views.sql:1: views are read *'

    expect .rooms 'a | b | | c\nb | | | d\n' '*a may include b, which is not above it*'
    expect pruners/README.md '[good](good.c), [elsewhere](https://x), [here](#y)\n' ''
    expect pruners/README.md '\n[gone](../gone.h#x)\n' 'pruners/README.md:2: no file ../gone.h'
    expect tests/parts "$(grep -v '^results ' "$here/tests/coverage.least")\n" \
        'tests/parts:1: has no line of results'
    expect docs/house.md '<!-- table of rooms -->\n| room |\n' '*the table of rooms is old*'

    # The test itself can fail: a rule that does not fire is noticed.
    before=$failures
    expect harness/plan/x.h 'int x(void);\n' 'a finding that is not there' 2>/dev/null
    [ "$failures" -eq $((before + 1)) ] || {
        echo 'lint --self-test: cannot fail' >&2
        exit 1
    }
    [ "$before" -eq 0 ]
}

case ${1-} in
--self-test) self_test ;;
--rooms) rooms "$here" ;;
--table-of-rooms) table_of_rooms "$here" ;;
--kernels) found=$(kernels "$2") && [ -z "$found" ] || { printf '%s\n' "$found" && exit 1; } ;;
*) lint "${1:-$here}" ;;
esac
