#!/bin/sh
# Does what the documents say: every fenced block of README.md, docs/*.md and docs/howto/*.md.
#
#     tests/howto.sh BUILD SCRATCH [DOCUMENTS]
#
# BUILD: a finished build; SCRATCH: an empty folder; DOCUMENTS: by default this tree's.
#
# What a block is for follows from the words behind its fence:
#
#     ```c pruners/x.c         a file of the tree
#     ```c pruners/x.def +     its first line is in that file, the others go below it
#     ```yaml x.yaml           a file in the folder where the document's commands run
#     ```sh                    these commands, as they stand, with winnow on the PATH
#
# The tree is one of links, with a copy of the build's objects: only what a page adds, and the
# registries, are compiled. Conformance tests then run with registries that hold nothing else.
# Prints "FILE:LINE: reason" and exits 1 at the first block that does not do what it should.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
scratch=$(cd "$2" && pwd)
documents=$(cd "${3:-$here}" && pwd)
tree=$scratch/tree
PATH=$tree/build:$PATH
export PATH WINNOW_BINARY="$tree/build/winnow"

fail() {
    echo "$1"
    exit 1
}

# Each block becomes a file $scratch/blocks/DOCUMENT/LINE, its fence's words LINE.what.
extract() {
    cd "$documents"
    for file in README.md docs/*.md docs/howto/*.md; do
        [ -f "$file" ] || continue
        folder=$scratch/blocks/$(echo "$file" | tr / :)
        mkdir -p "$folder"
        awk -v folder="$folder" '
            /^```/ && inside { inside = 0; close(block); next }
            /^```./ {
                inside = 1
                block = sprintf("%s/%05d", folder, FNR)
                print substr($0, 4) >(block ".what")
                printf "" >block
                next
            }
            inside { print >block }
        ' "$file"
    done
    cd "$here"
}

# The file is a copy now and no link, as old as it was, so that nothing else is compiled again.
own() {
    cp --remove-destination -p "$(readlink -f "$tree/$1")" "$tree/$1"
    touch -r "$here/$1" "$tree/$1"
}

# insert FILE BLOCK: the block's lines but the first, below its first line in the file.
insert() {
    [ -L "$tree/$1" ] && own "$1"
    awk -v block="$2" '
        BEGIN {
            getline first <block
            while ((getline line <block) > 0)
                more = more line "\n"
        }
        { print }
        $0 == first { printf "%s", more; found = 1 }
        END { exit !found }
    ' "$tree/$1" >"$scratch/inserted" || return 1
    cat "$scratch/inserted" >"$tree/$1"
    touch -r "$here/$1" "$tree/$1"
}

# The objects that a changed file is in: of a .c its own, of a .def those of the .c that include it.
forget_objects() {
    case $1 in
    *.c) rm -f "$tree/build/${1%.c}.o" ;;
    *.def)
        (cd "$here" && grep -rl --include='*.c' "\"$1\"" base harness models plots pruners) |
            while read -r source; do rm -f "$tree/build/${source%.c}.o"; done
        ;;
    esac
}

make_tree() {
    mkdir -p "$tree/build"
    for part in base docs harness models packaging plots pruners results tests \
        Makefile VERSION .rooms; do
        cp -rs "$here/$part" "$tree/"
    done
    (cd "$build" && find . -name '*.[od]' -o -name with-onednn -o -name flags -o -name found |
        tar --format=posix -cf - -T -) | tar -xf - -C "$tree/build"
}

apply() {
    for what in "$scratch"/blocks/docs:howto:*/*.what; do
        place=$(basename "$(dirname "$what")" | tr : /):$(basename "$what" .what | sed 's/^0*//')
        # shellcheck disable=SC2046 # words
        set -- $(cat "$what") - -
        case $1:$3 in
        yaml:* | sh:*) ;;
        *:+)
            insert "$2" "${what%.what}" || fail "$place: its first line is not in $2"
            forget_objects "$2"
            ;;
        *:-)
            [ ! -e "$tree/$2" ] || fail "$place: there is a $2"
            mkdir -p "$tree/$(dirname "$2")"
            cp "${what%.what}" "$tree/$2"
            ;;
        *) fail "$place: a fence that says nothing: '$(cat "$what")'" ;;
        esac
    done
}

# The same code once more, as `winnow new` writes it under another name: made-pruner, ... The
# registries are copies by now, and the objects of theirs forgotten.
write_new() {
    cd "$tree"
    for kind in pruner model dataset figure; do
        "$build/winnow" new "$kind" "made-$kind" >"$scratch/new.log" 2>&1 ||
            fail "docs/howto/$kind.md: $(cat "$scratch/new.log")"
    done
    cd "$here"
}

compile() {
    make -C "$tree" "$@" >"$scratch/make.log" 2>&1 ||
        fail "docs/howto: what they add does not compile: $(cat "$scratch/make.log")"
}

# The README's data, rates and epochs would take minutes.
shorten() {
    cp "$1" "$1.long"
    sed -e 's/^dataset: fashion-mnist$/dataset: {name: synthetic, samples: 300}/' \
        -e 's/^rate: \[0.3, 0.5, 0.7\]/rate: [0.5]/' -e 's/epochs: 15,/epochs: 5,/' "$1.long" >"$1"
    [ "$(diff "$1.long" "$1" | grep -c '^>')" = 3 ]
}

run_commands() {
    for folder in "$scratch"/blocks/*; do
        file=$(basename "$folder" | tr : /)
        work=$scratch/work/$file
        mkdir -p "$work"
        cd "$work"
        for what in "$folder"/*.what; do
            [ -e "$what" ] || continue
            place=$file:$(basename "$what" .what | sed 's/^0*//')
            # shellcheck disable=SC2046 # words
            set -- $(cat "$what") - -
            case $1 in
            yaml)
                cp "${what%.what}" "$2"
                [ "$file" != README.md ] || shorten "$2" || fail "$place: cannot be shortened"
                winnow check "$2" >check.log 2>&1 || fail "$place: $(cat check.log)"
                ;;
            sh)
                sh -ex "${what%.what}" >"$scratch/sh.log" 2>&1 </dev/null ||
                    fail "$place: $(tail -n 20 "$scratch/sh.log")"
                ;;
            esac
        done
        cd "$here"
    done
}

# Registries with what the pages add alone, and the convolutions that tests ask for by name.
reduce() {
    for what in "$scratch"/blocks/docs:howto:*/*.what; do
        # shellcheck disable=SC2046 # words
        set -- $(cat "$what") - -
        case $2 in
        pruners/*.def | */models.def | */ops.def | */convs.def | */datasets.def)
            sed -n '2,$p' "${what%.what}" >"$scratch/kept"
            grep '^#\|(naive)\|(im2col)\|(made_' "$tree/$2" >>"$scratch/kept" || :
            cat "$scratch/kept" >"$tree/$2"
            touch -r "$here/$2" "$tree/$2"
            forget_objects "$2"
            ;;
        esac
    done
}

conform() {
    cd "$tree"
    # Of the convolutions' suite those of each implementation: match..., can... This may be a test
    # itself, and BXFI_MAP is how Criterion tells a test's process from a runner.
    conformance='@(pruners/*|models/*|ops/*|datasets/*|convs/[mc]*)'
    env -u BXFI_MAP WINNOW_DATA="$scratch/work/docs/howto/dataset.md/data" \
        build/tests/conformance/tests --filter "$conformance" >"$scratch/tests.log" 2>&1 ||
        fail "docs/howto: $(cat "$scratch/tests.log")"
    grep 'Tested: ' "$scratch/tests.log"
    env -u BXFI_MAP build/tests/unit/pruners/tests --filter '@(hardest|made_pruner)/*' \
        >"$scratch/tests.log" 2>&1 || fail "docs/howto/pruner.md: $(cat "$scratch/tests.log")"
    grep 'Tested: ' "$scratch/tests.log"
}

cd "$here"
extract
make_tree
apply
write_new
compile build/winnow
run_commands
reduce
compile build/tests/conformance/tests build/tests/unit/pruners/tests
conform
