Hostile text, whoever made the database: each command that reads one is asked (tests/hostile.py).

  $ python3 "$repository/tests/hostile.py" made.db

In an experiment's file what can be no name is refused at its place, and what is said of it harms no
terminal.

  $ cat >bad.yaml <<'END'
  > name: "../$(touch PWNED)"
  > dataset: "`touch PWNED`\e[31m"
  > model: "<script>'\"\\"
  > pruner: [{name: file, path: "a\nb"}, "system(\"touch PWNED\")"]
  > rate: "=1+1"
  > seed: "${x}"
  > figures: ["phases\u202e"]
  > END
  $ winnow check bad.yaml
  ! bad.yaml:1:7: name: expected up to 64 of a-z, 0-9 and -, found the text "../$(touch PWNED)"
  ! bad.yaml:2:10: a text with a control character in it: write it without
  ! bad.yaml:2:10: unknown dataset '`touch PWNED` [31m'; `winnow list datasets` shows them
  ! bad.yaml:3:8: unknown model '<script>'"\'; `winnow list models` shows them
  ! bad.yaml:4:29: a text with a control character in it: write it without
  ! bad.yaml:4:38: unknown pruner 'system("touch PWNED")'; `winnow list pruners` shows them
  ! bad.yaml:5:7: rate: expected a number from 0 to below 1, found the text "=1+1"
  ! bad.yaml:6:7: seed: expected a count from 1 to 10000, a list of seeds, or {at_least: 3, at_most: 20}, found the text "${x}"
  ! bad.yaml:7:11: a text with a control character in it: write it without
  ! bad.yaml:7:11: unknown figure 'phases ', did you mean 'phases'?
  [2]
  $ ls PWNED
  ! ls: cannot access 'PWNED': No such file or directory
  [2]
