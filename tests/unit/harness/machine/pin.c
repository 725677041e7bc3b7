/* Which processors are chosen, on machines made of copied /sys files, and claimed and bound to on
 * this one. */
#include "harness/machine/pin.h"
#include "harness/machine/kernel_file.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One processor of a made-up machine. */
struct made {
    const char *siblings;    /* thread_siblings_list */
    int capacity, frequency; /* 0: no such file */
};

static void must(const char *format, const char *root, int number, const char *name)
{
    struct test_output output = test_run(format, root, number, name);
    cr_assert_eq(output.status, 0, "%s", output.err);
    test_output_release(&output);
}

static void write_number(const char *root, int number, const char *name, int value)
{
    char path[256], text[16];
    if (!value)
        return;
    snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/%s", root, number, name);
    snprintf(text, sizeof text, "%d\n", value);
    test_write_file(path, text);
}

static struct pin_machine make(const struct made *made, int count)
{
    struct pin_machine machine;
    int numbers[16];
    char path[256];
    const char *root = test_dir();
    for (int i = 0; i < count; i++) {
        numbers[i] = i;
        must("mkdir -p '%s/sys/devices/system/cpu/cpu%d/'%s", root, i, "topology");
        must("mkdir -p '%s/sys/devices/system/cpu/cpu%d/'%s", root, i, "cpufreq");
        snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
                 root, i);
        test_write_file(path, made[i].siblings);
        write_number(root, i, "cpu_capacity", made[i].capacity);
        write_number(root, i, "cpufreq/cpuinfo_max_freq", made[i].frequency);
    }
    pin_machine_of(root, numbers, (size_t)count, &machine);
    return machine;
}

/* places "0,4 1,5"; NULL: they cannot be had */
static void expect_choice(const struct pin_machine *machine, int slots, int threads,
                          const char *places)
{
    int numbers[64];
    char text[256] = "";
    const int failed = pin_choose(machine, slots, threads, numbers);
    for (int i = 0; !failed && i < slots * threads; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d",
                 i == 0             ? ""
                 : i % threads == 0 ? " "
                                    : ",",
                 numbers[i]);
    if (places)
        cr_expect_str_eq(text, places, "%d x %d: '%s', expected '%s'", slots, threads, text,
                         places);
    else
        cr_expect_neq(failed, 0, "%d x %d: '%s'", slots, threads, text);
}

Test(pin, cores_come_before_their_second_hyperthreads)
{
    static const struct made made[] = {{"0,4\n", 0, 0}, {"1,5\n", 0, 0}, {"2,6\n", 0, 0},
                                       {"3,7\n", 0, 0}, {"0,4\n", 0, 0}, {"1,5\n", 0, 0},
                                       {"2,6\n", 0, 0}, {"3,7\n", 0, 0}};
    struct pin_machine machine = make(made, 8);
    cr_expect_eq(pin_cores(&machine), 4, "%zu", pin_cores(&machine));
    cr_expect_eq(pin_kinds(&machine), 1, "%d", pin_kinds(&machine));
    expect_choice(&machine, 3, 1, "0 1 2");
    expect_choice(&machine, 6, 1, "0 1 2 3 4 5");
    expect_choice(&machine, 2, 2, "0,1 2,3");
    expect_choice(&machine, 3, 2, "0,4 1,5 2,6");
    expect_choice(&machine, 1, 8, "0,1,2,3,4,5,6,7");
    expect_choice(&machine, 9, 1, NULL);
    pin_machine_release(&machine);
}

/* Processors that are not to be used are no siblings either. */
Test(pin, of_a_core_that_is_half_allowed_the_other_half_is_the_first)
{
    static const struct made made[] = {{"0-1", 0, 0}, {"0-1", 0, 0}, {"2-3", 0, 0}, {"2-3", 0, 0}};
    struct pin_machine all = make(made, 4), some;
    pin_machine_of(test_dir(), (const int[]){1, 2, 3}, 3, &some);
    expect_choice(&all, 2, 1, "0 2");
    expect_choice(&some, 2, 1, "1 2");
    cr_expect_eq(pin_cores(&some), 2, "%zu", pin_cores(&some));
    pin_machine_release(&all);
    pin_machine_release(&some);
}

Test(pin, big_cores_come_first_and_kinds_do_not_mix)
{
    static const struct made made[] = {{"0", 446, 0},  {"1", 446, 0},  {"2", 446, 0},
                                       {"3", 446, 0},  {"4", 1024, 0}, {"5", 1024, 0},
                                       {"6", 1024, 0}, {"7", 1024, 0}};
    struct pin_machine machine = make(made, 8);
    cr_expect_eq(pin_kinds(&machine), 2, "%d", pin_kinds(&machine));
    expect_choice(&machine, 2, 2, "4,5 6,7");
    expect_choice(&machine, 3, 2, "4,5 6,7 0,1");
    expect_choice(&machine, 2, 3, "4,5,6 0,1,2");
    expect_choice(&machine, 1, 6, "0,1,4,5,6,7");
    pin_machine_release(&machine);
}

/* Where capacities do not tell them apart, clock rates do; favoured cores are of the same kind. */
Test(pin, kinds_are_told_by_the_clock_rate)
{
    static const struct made made[] = {
        {"0", 1024, 3900000}, {"1", 1024, 5000000}, {"2", 1024, 5200000}, {"3", 1024, 3900000}};
    struct pin_machine machine = make(made, 4);
    cr_expect_eq(pin_kinds(&machine), 2, "%d", pin_kinds(&machine));
    expect_choice(&machine, 3, 1, "1 2 0");
    pin_machine_release(&machine);
}

/* ---- Quotas ---- */

static double quota_of(const char *commands)
{
    struct test_output output = test_run("cd '%s' && %s", test_dir(), commands);
    cr_assert_eq(output.status, 0, "%s", output.err);
    test_output_release(&output);
    return kernel_quota(test_dir());
}

Test(pin, the_least_quota_of_all_cgroups_above_counts)
{
    cr_expect_eq(kernel_quota(test_dir()), (double)INFINITY);
    cr_expect_eq(kernel_quota_throttled(test_dir()), -1);
    const double second =
        quota_of("mkdir -p proc/self sys/fs/cgroup/a/b sys/fs/cgroup/cpu/c && "
                 "echo 0::/a/b >proc/self/cgroup && echo max 100000 >sys/fs/cgroup/a/b/cpu.max && "
                 "echo 350000 100000 >sys/fs/cgroup/a/cpu.max && "
                 "printf 'nr_periods 9\\nnr_throttled 3\\n' >sys/fs/cgroup/a/cpu.stat && "
                 "echo nr_throttled 4 >sys/fs/cgroup/a/b/cpu.stat");
    cr_expect_eq(second, 3.5, "%g", second);
    cr_expect_eq(kernel_quota_throttled(test_dir()), 7, "%d",
                 (int)kernel_quota_throttled(test_dir()));
    struct pin_machine machine;
    pin_machine_of(test_dir(), (const int[]){0, 1, 2, 3, 4}, 5, &machine);
    cr_expect_eq(pin_room(&machine), 3, "%d", pin_room(&machine));
    pin_machine_release(&machine);

    const double first = quota_of("echo 4:cpu,cpuacct:/c >proc/self/cgroup && "
                                  "echo -1 >sys/fs/cgroup/cpu/c/cpu.cfs_quota_us && "
                                  "echo 50000 >sys/fs/cgroup/cpu/cpu.cfs_quota_us && "
                                  "echo 100000 | tee sys/fs/cgroup/cpu/cpu.cfs_period_us "
                                  ">sys/fs/cgroup/cpu/c/cpu.cfs_period_us");
    cr_expect_eq(first, 0.5, "%g", first);
    const double none = quota_of("echo 4:cpuset:/c >proc/self/cgroup");
    cr_expect_eq(none, (double)INFINITY, "%g", none);
}

/* ---- Claims ---- */

/* Numbers that no machine has: a claim is of a name alone. */
static struct pin_machine far_away(size_t count)
{
    struct pin_machine machine;
    const int first = 100000 + 8 * (int)getpid();
    const int numbers[] = {first, first + 1, first + 2};
    pin_machine_of(test_dir(), numbers, count, &machine);
    return machine;
}

static int last_digits(const struct pins *pins, int slot)
{
    const char *text = pins_slot(pins, slot);
    int number = -1;
    cr_assert_not_null(text);
    sscanf(text, "%d", &number);
    return number - 100000 - 8 * (int)getpid();
}

Test(pin, what_is_claimed_is_not_given_twice)
{
    struct pin_machine machine = far_away(3);
    struct err why;
    struct pins *two = pins_claim(&machine, 2, 1, &why);
    cr_assert_not_null(two, "%s", why.text);
    cr_expect_eq(last_digits(two, 0), 0);
    cr_expect_eq(last_digits(two, 1), 1);
    cr_expect_null(pins_slot(two, 2));
    struct pins *one = pins_claim(&machine, 1, 1, &why);
    cr_assert_not_null(one, "%s", why.text);
    cr_expect_eq(last_digits(one, 0), 2);
    cr_expect_null(pins_claim(&machine, 1, 1, &why));
    cr_expect_not_null(strstr(why.text, "another winnow has claimed"), "%s", why.text);
    pins_release(two);
    cr_expect_null(pins_claim(&machine, 3, 1, &why), "the third is claimed");
    two = pins_claim(&machine, 1, 2, &why);
    cr_assert_not_null(two, "%s", why.text);
    cr_expect_eq(last_digits(two, 0), 0);
    pins_release(one);
    pins_release(two);
    cr_expect_null(pins_claim(&machine, 4, 1, &why), "there are three");
    cr_expect_null(pins_slot(NULL, 0));
    pin_machine_release(&machine);
}

Test(pin, a_killed_holder_leaves_nothing_behind)
{
    struct pin_machine machine = far_away(1);
    struct err why;
    int told[2];
    char ready;
    cr_assert_eq(pipe(told), 0);
    const pid_t holder = fork();
    if (holder == 0) {
        const bool held = pins_claim(&machine, 1, 1, &why) != NULL;
        if (write(told[1], held ? "y" : "n", 1) == 1)
            pause();
        _exit(1);
    }
    cr_assert_eq(read(told[0], &ready, 1), 1);
    cr_expect_eq(ready, 'y');
    cr_expect_null(pins_claim(&machine, 1, 1, &why));
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    struct pins *pins = pins_claim(&machine, 1, 1, &why);
    cr_expect_not_null(pins, "%s", why.text);
    pins_release(pins);
    pin_machine_release(&machine);
}

/* ---- Binding ---- */

Test(pin, a_process_binds_itself)
{
    struct pin_machine before, after;
    struct err err;
    char list[16];
    pin_machine_read("", &before);
    cr_assert_geq(before.count, 1);
    const int last = before.processors[before.count - 1].number;
    snprintf(list, sizeof list, "%d", last);
    cr_assert_eq(pin_bind(list, &err), 0, "%s", err.text);
    pin_machine_read("", &after);
    cr_expect_eq(after.count, 1, "%zu processors", after.count);
    cr_expect_eq(after.processors[0].number, last);
    cr_expect_eq(pin_room_here(), 1);
    pin_machine_release(&before);
    pin_machine_release(&after);
}

Test(pin, lists_that_are_none_are_refused)
{
    int numbers[PIN_MAX_PROCESSORS];
    struct err err;
    static const char *const wrong[] = {"", "a", "0,", "0;1", "-1", "99999", "0,,1", " "};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect_eq(pin_parse(wrong[i], numbers), 0, "'%s'", wrong[i]);
        cr_expect_neq(pin_bind(wrong[i], &err), 0, "'%s'", wrong[i]);
    }
    cr_expect_eq(pin_parse(NULL, numbers), 0);
    cr_expect_eq(pin_parse("0,2,17", numbers), 3);
    cr_expect_eq(numbers[2], 17);
}
