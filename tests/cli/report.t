winnow report on the made database (tests/support/made_db.h). tests/cli/report.c looks at the page in a
browser.

What was measured: accuracies of 0.7 and 0.6, 8 and 4 s against 10 and 14 of full data, which is
sqrt(10 / 8 * 14 / 4) = 2.09 times faster. Of 9 cells 4 are done.

  $ has() { grep -oF -e "$1" made.html | sort -u; }
  $ winnow report --db made.db -e made -o made.html 2>/dev/null
  made.html
  $ has '<td class="n">65.00</td>'
  <td class="n">65.00</td>
  $ has '<td class="n">6.00</td>'
  <td class="n">6.00</td>
  $ has '<td class="n">2.09</td>'
  <td class="n">2.09</td>
  $ has '4 of 9'
  4 of 9
  $ has '1 failed, 1 diverged, 3 not run or under way'
  1 failed, 1 diverged, 3 not run or under way
  $ has '<caption>What ran</caption>'
  <caption>What ran</caption>
  $ has '1 of 4 runs has doubtful seconds'
  1 of 4 runs has doubtful seconds
  $ has '<h2 id="claims-head">'

What ran: 4 of 9 cells, 2 failed; 2 of 5 arms are complete, 2 of 5 pruners; 36 and 48 s.

  $ grep -o '<th scope="row">mlp</th><td>synthetic</td>.*2 of 5[^<]*' made.html | sed 's/<[^>]*>/ /g'
   mlp  synthetic  9  4  2  5  2  2 of 5: full el2n

It replaces reports and nothing else.

  $ echo 'a letter to my mother' >made.html
  $ winnow report --db made.db -e made -o made.html
  ! winnow report: made.html exists and is not a report of winnow's; give another name with -o, or --force
  [2]
  $ cat made.html
  a letter to my mother
  $ winnow report --db made.db -e other -o made.html --force 2>/dev/null
  made.html
  $ winnow report --db made.db -e other -o made.html --title Again 2>/dev/null
  made.html
  $ grep -o '<title>Again</title>' made.html
  <title>Again</title>

Mistakes.

  $ for claims in '[{]' '[]' '{"claims": 3}' '[{"a": 1}, 2]' '[{}]'; do echo "$claims" >claims.json
  > winnow report --db made.db -e made -o x.html --claims claims.json; echo $?; done
  2
  2
  2
  2
  2
  ! winnow report: claims.json:1:3: * (glob)
  ! winnow report: claims.json: expected a list of claims, or an object with one as "claims"
  ! winnow report: claims.json: expected a list of claims, or an object with one as "claims"
  ! winnow report: claims.json: claim 2 is not an object
  ! winnow report: claims.json: the first claim is empty
  $ winnow report --db made.db -e made -o x.html --claims none.json
  ! winnow report: unable to open none.json: No such file or directory
  [2]
  $ winnow report --db made.db -o x.html
  ! winnow report: which experiment? The database holds made, other
  [2]
  $ winnow report --db made.db -e made -o none/x.html
  ! winnow report: cannot write none/x.html: No such file or directory
  [4]
  $ ls x.html
  ! ls: cannot access 'x.html': No such file or directory
  [2]
