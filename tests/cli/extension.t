build/winnow_functions.so in the sqlite3 shell answers as winnow sql does, on the same database.
tests/cli/extension.c loads it where a host has functions of the same names.

All views, row for row, in a shell that knows nothing of ours.

  $ sqlite3 made.db "SELECT name FROM sqlite_schema WHERE type = 'view'" >views
  $ [ $(wc -l <views) -ge 20 ] && grep -x v_run views
  v_run
  $ count=$(sed "s/.*/SELECT '&' AS view, count(*) FROM &/; \$!s/\$/ UNION ALL/" views)
  $ sqlite3 -csv made.db "$count" | tr -d '\r' >counts
  $ winnow sql --db made.db -f csv "$count" | tail -n +2 | cmp - counts
  $ grep -e v_run, -e v_selection, counts
  v_run,10
  v_selection,1
  $ sed 's/.*/SELECT * FROM &;/' views | sqlite3 -bail made.db >/dev/null

Each function once, numbers with 17 digits, of the made runs and of one that has scores.

  $ if [ -z "${WINNOW_EXTENSION-}" ]; then echo 'there is no winnow_functions.so'; exit 80; fi
  $ cat >x.yaml <<'END'
  > name: x
  > dataset: {name: synthetic, samples: 60}
  > model: softmax
  > pruner: {name: el2n, runs: 1, at: 1}
  > rate: 0.5
  > train: {epochs: 1}
  > END
  $ winnow run x.yaml --db made.db -j 1 2>/dev/null
  $ tr '\n;' ' \n' >queries <<'END'
  > SELECT printf('%.17g/%.17g/%.17g/%.17g', median(charged_s), quantile(charged_s, 0.3),
  >   iqm(charged_s), stddev(charged_s)), printf('%.17g/%.17g/%.17g/%.17g', ci_low(charged_s),
  >   ci_high(charged_s), ci_low(charged_s, 0.8), ci_high(charged_s, 0.8)) FROM v_run;
  > SELECT fixed(charged_s, 2), fixed(charged_s, 2, '+'), significant(charged_s, 3),
  >   significant(rate), fixed(rounded(charged_s, 1), 3) FROM v_run WHERE charged_s IS NOT NULL;
  > SELECT printf('%.17g/%.17g', t_quantile(0.975, 4), t_quantile(0.05, 2));
  > SELECT kept_bit(bitmap, 8), kept_bit(bitmap, 9), kept_count(bitmap), kept_both(bitmap, bitmap),
  >   kept_count(kept_all(n)), kept_both(bitmap, kept_all(n), 1) FROM v_selection;
  > SELECT kept_always(bitmap, n), kept_never(bitmap, n), chance_always(bitmap, n),
  >   chance_never(bitmap, n), replace(kept_map(bitmap, n, epoch, 5), char(34), '') FROM v_selection
  >   GROUP BY attempt;
  > SELECT replace(score_profile(artifact, bitmap, n, 4), char(34), '') FROM v_selection
  >   JOIN v_run USING (attempt) WHERE artifact <> '';
  > SELECT s.* FROM v_selection v JOIN selection_samples(v.attempt) s;
  > END
  $ while read -r query; do
  > winnow sql --db made.db -f csv "$query" | tail -n +2 >ours
  > sqlite3 -csv -cmd ".load $WINNOW_EXTENSION" made.db "$query" | tr -d '\r' | cmp - ours
  > wc -l <ours; done <queries
  1
  6
  1
  2
  2
  1
  70

A new function wants its line there.

  $ functions='SELECT DISTINCT name FROM pragma_function_list'
  $ sqlite3 :memory: "$functions" | sort >before
  $ sqlite3 -cmd ".load $WINNOW_EXTENSION" :memory: "$functions" | sort | comm -13 before - >functions
  $ [ $(wc -l <functions) -ge 14 ]
  $ while read -r name; do grep -q "\b$name(" queries || echo "$name is asked nothing"; done <functions

Mistakes.

  $ told() { sqlite3 "$@" 2>&1 | grep -o -e 'quantile() .*' -e 'not a bitmap' -e 'no such .*'; }
  $ told -cmd ".load $WINNOW_EXTENSION" made.db 'SELECT quantile(rate, 2) FROM v_run'
  quantile() wants a q from 0 to 1
  $ told -cmd ".load $WINNOW_EXTENSION" made.db "SELECT kept_count(x'0102')"
  not a bitmap
  $ told made.db 'SELECT median(rate) FROM v_run'
  no such function: median
