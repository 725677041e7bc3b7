make, as users and packagers call it: on links to the sources, in two folders.

  $ unset CC AR PKG_CONFIG CPPFLAGS CFLAGS LDFLAGS
  $ make() { env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory "$@"; }
  $ for folder in here and/there; do mkdir -p $folder; for file in .rooms .revision VERSION Makefile base harness \
  > models packaging plots pruners results tests; do ln -s $repository/$file $folder; done; done

What is compiled is the same, whatever folder it was compiled in.

  $ objects='build/base/err.o build/base/folder.o build/plots/grid.gp.o'
  $ for folder in here and/there; do make -s -C $folder CFLAGS='-O1 -g' $objects; done
  $ for object in $objects; do cmp here/$object and/there/$object; done

Other flags make all of it again; the same flags nothing.

  $ make -s -C here CFLAGS='-O1 -g' V=1 $objects
  $ make -C here CFLAGS=-O1 build/base/err.o build/base/folder.o | sort
    CC    base/err.c
    CC    base/folder.c

What is given on the command line is used, for all that is compiled, and winnow's own is still there.

  $ echo 'echo -DGIVEN_PKG' >pkg-config
  $ use() { make -n -C here V=1 "$@" build/winnow-fetch build/winnow_functions.so | sed ':a; /\\$/ { N; s/\\\n//; ba }' >said; }
  $ use CC='cc -DGIVEN_CC' AR=given-ar PKG_CONFIG="sh $PWD/pkg-config" CPPFLAGS=-DGIVEN_CPP CFLAGS=-DGIVEN_C LDFLAGS=-DGIVEN_LD
  $ grep -- ' -c ' said | grep -v assembler >compiled
  $ test $(wc -l <compiled) -gt 200 && grep -vc -e '^cc -DGIVEN_CC .*-I\. .*-DGIVEN_CPP .*-DGIVEN_PKG .* -DGIVEN_C ' compiled
  0
  [1]
  $ grep -c -e ' -O[0-9]' -e ' -g ' -e -Werror compiled
  0
  [1]
  $ grep -e '^given-ar' -e -DGIVEN_LD said | sed 's/build.*//; s/ -std.*GIVEN_C / /'
  given-ar rcs $
  cc -DGIVEN_CC -DGIVEN_LD -o $
  cc -DGIVEN_CC -DGIVEN_LD -shared -o $

And so it is in the environment.

  $ mv said before
  $ (export CC='cc -DGIVEN_CC' AR=given-ar PKG_CONFIG="sh $PWD/pkg-config" CPPFLAGS=-DGIVEN_CPP CFLAGS=-DGIVEN_C LDFLAGS=-DGIVEN_LD
  > use) && cmp before said

Warnings are mistakes only where somebody wants them to be.

  $ use WERROR=1 && grep ' -c ' said | grep -v assembler | grep -vc -e ' -Werror '
  0
  [1]

What is there and what is missing is said once, with what it costs.

  $ cat >some <<'END'
  > case " $* " in *" $LACKS "*) exit 1 ;; esac
  > [ $1 != --modversion ] || for library in $*; do case $library in [a-z]*) echo 1.2.3 ;; esac; done
  > END
  $ found() { rm -f here/build/found; make -C here PKG_CONFIG="sh $PWD/some" "$@" build/found; }
  $ LACKS=nothing found CC=gcc ONEDNN=0
    FOUND gcc *, openblas 1.2.3, yaml-0.1 1.2.3, sqlite3 1.2.3, zlib 1.2.3, jansson 1.2.3, nettle 1.2.3, libpng 1.2.3, libjpeg 1.2.3 (glob)
    FOUND libcurl 1.2.3, libarchive 1.2.3: winnow fetch
  $ LACKS=nothing make -C here CC=gcc ONEDNN=0 PKG_CONFIG="sh $PWD/some" build/found
  $ LACKS=libarchive found ONEDNN_FOUND= CFLAGS=-O2 | sed 1d
    LACKS oneDNN 2 or 3: convolutions take longer
    LACKS libcurl libarchive: no winnow fetch
    NOTE  CFLAGS without -O3: the kernels are written for it
  $ LACKS=libarchive make -n -C here PKG_CONFIG="sh $PWD/some" all | grep -c -e winnow-fetch -e harness/fetch/
  0
  [1]

Without what it cannot do without nothing is built, and make says what that is.

  $ (export LACKS=yaml-0.1 && found build/base/err.o) 2>&1
  winnow cannot be built without yaml-0.1: make deps installs what is missing, with apt-get; docs/install.md lists it
  make: *** [Makefile:*: build/found] Error 1 (glob)
  [2]
  $ make -C here PKG_CONFIG=no-pkg-config build/base/err.o 2>&1
  winnow cannot be built without no-pkg-config: make deps installs what is missing, with apt-get; docs/install.md lists it
  make: *** [Makefile:*: build/found] Error 1 (glob)
  [2]
