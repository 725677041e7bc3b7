/* winnow plot for LaTeX, in a terminal, and from numbers that were kept. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static char db[256], out[256];

static void make_db(void)
{
    snprintf(db, sizeof db, "%s", made_path("made.db"));
    snprintf(out, sizeof out, "%s", made_path("figures"));
    made_db(db);
    cli_enter();
}

TestSuite(cli_plot_formats, .init = make_db, .fini = cli_release);

/* Letters that mean something to LaTeX. */
static void rename_model(void)
{
    RUN("sqlite3 '%s' \"UPDATE cell SET model_label = 'a_b #1 & 50%% {c}'\"", db);
    expect(0, "", "");
}

Test(cli_plot_formats, latex)
{
    rename_model();
    RUN("winnow plot seeds --db '%s' -e made -o '%s' -f cairolatex,pdf", db, out);
    expect(0, "seeds.pdf\n", "");
    expect(0, "seeds-latex.tex\n", "");
    expect(0, "seeds-latex.pdf\n", "");
    RUN("cat '%s/seeds-latex.tex'", out);
    expect(0, "\\begin{picture}(", "");
    expect(0, "\\strut{}rate 50 \\%}}%\n", "");
    expect(0, "a\\_b \\#1 \\& 50\\% \\{c\\}", "");
    expect(0, "\\fontsize{8}{9.6}\\selectfont", "");
    cr_expect_null(strstr(output.out, "rate 50 %"), "not escaped");
    RUN("grep -o 'includegraphics.*' '%s/seeds-latex.tex' | sed 's/.*]//'", out);
    char wanted[320];
    snprintf(wanted, sizeof wanted, "{%s/seeds-latex}}%%\n", out);
    expect(0, wanted, "");
}

/* The axis' numbers stay mathematics, with a minus. */
Test(cli_plot_formats, latex_numbers)
{
    RUN("winnow plot phases --db '%s' -e made -o '%s' -f cairolatex", db, out);
    RUN("grep -o 'strut{}$[0-9]*$}}%%$' '%s/phases-latex.tex'", out);
    expect(0, "strut{}$0$}}%\n", "");
}

Test(cli_plot_formats, terminal)
{
    RUN("cd '%s' && winnow plot seeds phases --db '%s' -e made -f terminal && ls", test_dir(), db);
    expect(0, "seeds: how far apart are the seeds of each pruner?\n", "");
    expect(0, "○ a seed    ● median\n", "");
    expect(0, "\n full ", "");
    expect(0, "test accuracy (%)", "");
    expect(0, "score  ▓▓▓ select  ▒▒▒ train", "");
    expect(0, "▒▒▒▒▒▒", "");
    cr_expect_null(strchr(output.out, '\033'), "colours in a file");
    cr_expect_null(strstr(output.out, " \n"), "blanks at a line's end");
    cr_expect_not_null(strstr(output.out, "\nmade.db\n"), "it wrote files: %s", output.out);
    cr_expect_null(strstr(output.out, "seeds.tsv"));
}

Test(cli_plot_formats, terminal_curves)
{
    RUN("winnow plot accuracy-vs-time --db '%s' -e made -f terminal", db);
    expect(0, " test accuracy (%)\n", "");
    expect(0, "● full", "");
    expect(0, "target 50 %", "");
    expect(0, "●", "");
    expect(0, "charged time (s)", "");
}

Test(cli_plot_formats, terminal_is_asked_for_alone)
{
    RUN("winnow plot seeds --db '%s' -e made -f terminal,svg", db);
    expect(2, "", "give it alone");
    RUN("winnow plot seeds --db '%s' -e made -f terminal -w column", db);
    expect(2, "", "no -o or --width");
}

/* As wide as the terminal, in its colours, unless NO_COLOR. */
Test(cli_plot_formats, terminal_of_a_user)
{
    RUN("script -qec \"unset NO_COLOR; stty cols 100; TERM=xterm $WINNOW_BINARY plot seeds --db "
        "'%s' -e made -f terminal\" "
        "/dev/null </dev/null",
        db);
    expect(0, "\033[38;5;", "");
    RUN("script -qec \"stty cols 100; NO_COLOR=1 $WINNOW_BINARY plot seeds --db '%s' -e made -f "
        "terminal\" "
        "/dev/null </dev/null | tr -d '\\r' | awk '{ if (length($0) > w) w = length($0) } "
        "END { print (w > 80) (w <= 400) }'",
        db);
    expect(0, "11\n", "");
    cr_expect_null(strchr(output.out, '\033'));
}

Test(cli_plot_formats, from_kept_numbers)
{
    RUN("winnow plot seeds phases --db '%s' -e made -o '%s' -f svg", db, out);
    expect(0, "", "");
    RUN("cd '%s' && for f in seeds phases; do winnow plot $f --from figures/$f.tsv -o again -f svg "
        "|| exit; cmp again/$f.svg figures/$f.svg && cmp again/$f.tsv figures/$f.tsv && "
        "echo same; done",
        test_dir());
    expect(0, "again/seeds.svg\nsame\n", "");
    expect(0, "again/phases.svg\nsame\n", "");
}

/* What was written is read: this experiment has no targets, so that their column is empty. */
Test(cli_plot_formats, from_numbers_with_an_empty_column)
{
    RUN("winnow plot accuracy-vs-time --db '%s' -e other -o '%s' -f svg", db, out);
    expect(0, "", "");
    RUN("cd '%s' && winnow plot accuracy-vs-time --from accuracy-vs-time.tsv -o again -f svg && "
        "cmp again/accuracy-vs-time.svg accuracy-vs-time.svg && echo same",
        out);
    expect(0, "\nsame\n", "");
}

Test(cli_plot_formats, damaged_numbers)
{
    RUN("winnow plot seeds --data-only --db '%s' -e made -o '%s'", db, out);
    RUN("cd '%s' && winnow plot seeds --from none.tsv -o again", out);
    expect(2, "", "cannot read none.tsv: No such file");
    RUN("cd '%s' && winnow plot phases --from seeds.tsv -o again", out);
    expect(2, "", "seeds.tsv:1: not the columns of phases: it lacks score_s");
    RUN("cd '%s' && sed '3s/\\t[^\\t]*$//' seeds.tsv >x && winnow plot seeds --from x -o again",
        out);
    expect(2, "", "x:3: 17 columns, where the first line names 18");
    RUN("cd '%s' && sed '3s/[^\\t]*$/high/' seeds.tsv >x && winnow plot seeds --from x -o again",
        out);
    expect(2, "", "x:3: column 18 should be a number, not 'high'");
    RUN("cd '%s' && head -c -5 seeds.tsv >x && winnow plot seeds --from x -o again", out);
    expect(2, "", "the line is cut off");
    RUN("cd '%s' && sed 4d seeds.tsv >x && winnow plot seeds --from x -o again; ls", out);
    expect(0, "seeds.tsv\nx\n", "after 1 empty lines: rows are missing, or out of order");
    RUN("cd '%s' && winnow plot --from seeds.tsv", out);
    expect(2, "", "--from draws one FIGURE");
}
