make dist: of what is committed, byte for byte the same whenever and by whomever it is made. A tarball
knows its revision, whatever repository it is unpacked in; a copy of the sources there has none.

  $ { [ -e $repository/.git ] && git -C $repository rev-parse HEAD; } >/dev/null 2>&1 || { echo 'the sources lie in no git repository'; exit 80; }
  $ make() { env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory "$@"; }
  $ make -C $repository B=$PWD/one dist | grep -c "^$PWD/one/winnow-$(cat $repository/VERSION).tar.gz\$"
  1
  $ (umask 077 && TZ=Asia/Tokyo make -C $repository B=$PWD/two dist >dist) && cmp one/*.gz two/*.gz
  $ git init -q around && cd around && tar xzf ../one/*.gz --wildcards '*/Makefile' '*/VERSION' '*/.r*' '*/targets.def'
  $ cp -r winnow-* copied && cp $repository/.revision copied
  $ git add . && git -c user.name=me -c user.email=me@here commit -qm x
  $ for folder in winnow-* copied; do make -s -C $folder build/made-by && grep -o 'REVISION.*' $folder/build/made-by >$folder.is; done
  $ echo "REVISION=\"$(git -C $repository rev-parse --short=12 HEAD)\"" | diff - winnow-*.is
  $ cat copied.is
  REVISION="unknown"

The Debian package is of the same version.

  $ sed '1s/.*(\(.*\)).*/\1/; q' $repository/debian/changelog | diff - $repository/VERSION

And is built of what make deps installs to build with.

  $ sed 's/ .*//' $repository/.ci/packages | grep -e '-dev$' | sort >wanted
  $ sed -n '/^Build-Depends/,/^[^ B]/ s/^ *\([a-z0-9-]*-dev\)[ ,].*/\1/p' $repository/debian/control | sort | diff wanted -
