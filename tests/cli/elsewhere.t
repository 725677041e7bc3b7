make elsewhere's script: what it is told that it cannot do, and what it never does.

  $ "$repository/tests/elsewhere" debian13 debian11
  ! tests/elsewhere: no place 'debian11', but debian12 and debian13, with -clang or -arm64 or not, and arm64
  [2]
  $ "$repository/tests/elsewhere" --remove gone
  ! tests/elsewhere: which folder is to be removed? --remove FOLDER
  [2]

A folder in which something is mounted is not removed, nor anything in it. (Who may not mount has
a namespace for that, or skips this.)

  $ mkdir -p kept/debian13/mounted mounted && touch mounted/file kept/other
  $ unshare --map-root-user --mount mount --bind mounted kept/debian13/mounted 2>/dev/null || { echo 'no namespace in which to mount'; exit 80; }
  $ unshare --map-root-user --mount sh -c 'mount --bind mounted kept/debian13/mounted && "$0" --remove kept' "$repository/tests/elsewhere" 2>said; echo $?; sed "s|$PWD/||" said
  1
  kept/debian13/mounted
  tests/elsewhere: kept is not removed, as this is mounted in it: unmount it first
  $ ls mounted kept
  kept:
  debian13
  other
  $
  mounted:
  file
  $ "$repository/tests/elsewhere" --remove kept && ls mounted && ls -d kept 2>/dev/null
  file
  [2]
