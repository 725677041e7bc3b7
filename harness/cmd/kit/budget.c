#include "harness/cmd/kit/budget.h"

#include "harness/run/budget.h"

int cmd_choose_budget(const struct cmd_line *line, const char *deadline, double budget,
                      double *ret_seconds)
{
    double seconds = 0;
    struct err err;
    if (deadline && budget_until(deadline, time(NULL), &seconds, &err)) {
        err_prefix(&err, "--deadline: ");
        return cmd_fail(line, EXIT_USAGE, err.text);
    }
    *ret_seconds = seconds > 0 && (budget <= 0 || seconds < budget) ? seconds : budget;
    return -1;
}
