make, as users and packagers call it: on links to the sources, in two folders.

  $ unset CC AR PKG_CONFIG CPPFLAGS CFLAGS LDFLAGS
  $ make() { env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory "$@"; }
  $ for folder in here and/there; do mkdir -p $folder; for file in .rooms .revision VERSION Makefile base harness \
  > models plots pruners results tests; do ln -s $repository/$file $folder; done; done

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
