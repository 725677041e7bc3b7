# winnow. `make demo` and `make test` do everything on a bare Debian 12 or 13; see `make help`.

# ---- What is built -----------------------------------------------------------------------------

# What the compiler says of itself, and of headers that it finds; where there is none of that name,
# the name.
PROBED := $(shell printf '%s\n' '#if __has_include(<dnnl.h>)' '#include <dnnl.h>' '#endif' \
            '#if __has_include(<Random123/philox.h>)' '#define RANDOM123 1' '#endif' \
            'DNNL_VERSION_MAJOR DNNL_VERSION_MINOR RANDOM123 __GNUC__ __clang_major__ __x86_64__ \
            __aarch64__ __VERSION__' | $(CC) $(CPPFLAGS) -E -P -x c - | tail -n 1)
CLANG := $(filter-out __clang_major__,$(word 5,$(PROBED)))
COMPILER := $(subst ",,$(wordlist 4,99,$(PROBED)))

# oneDNN 2 or 3, where it is installed: ONEDNN=0 builds without.
ONEDNN_FOUND := $(filter-out DNNL_%,$(word 1,$(PROBED)))
ONEDNN ?= $(filter 2 3,$(ONEDNN_FOUND))
WITH_ONEDNN := $(filter-out 0,$(ONEDNN))

PKG_CONFIG ?= pkg-config
LIBRARIES := openblas yaml-0.1 sqlite3 zlib jansson nettle libpng libjpeg
# Of winnow-fetch alone, which is not built without them: they bring 30 more, which each start of
# winnow would pay for.
FETCH_WANTS := libcurl libarchive
FETCH_LIBRARIES := $(shell $(PKG_CONFIG) --exists $(FETCH_WANTS) 2>/dev/null && \
                     echo $(FETCH_WANTS))
# The rooms, from the ground floor up (.rooms).
ROOMS := $(shell sed '/^#/d; s/ .*//' .rooms)
MAINS := harness/main.c harness/fetch_main.c
SOURCES := $(sort $(filter-out $(MAINS) $(if $(FETCH_LIBRARIES),,harness/fetch/%), \
             $(wildcard $(ROOMS:=/*.c))))
HEADERS := $(wildcard $(ROOMS:=/*.h))
DEFS := $(wildcard $(ROOMS:=/*.def))
EMBEDDED := $(sort $(wildcard results/*.sql plots/*.sql plots/*.gp harness/paper/*.sql \
                       harness/report/*.sql harness/cmd/ask/*.sql harness/cmd/grid/*.sql \
                       harness/ask/*.sql harness/cluster/*.sh \
                       harness/paper/*.md harness/paper/*.tex) \
            $(addprefix plots/report.,html css js))
TESTS := $(shell find tests -name '*.c')

# ---- How ---------------------------------------------------------------------------------------

# SANITIZE=address,undefined builds and tests beside the release build, in a folder of its own, and
# so does COVERAGE=1. PART=ROOM, or several with commas, sanitizes these alone and links them with
# the release build of all others: seconds, where all of it takes minutes.
SANITIZE ?=
PART ?=
COVERAGE ?=
comma := ,
B := build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))$(if $(COVERAGE),/coverage)
OTHERS := $(if $(PART),build,$B)
B := $B$(if $(PART),-of-$(subst $(comma),+,$(subst /,-,$(PART))))

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wvla \
            -Wmissing-prototypes -Wstrict-prototypes
# clang warns of each loop that it may, but cannot, vectorise (expf), of texts of several lines in a
# list, of NAN and INFINITY in double (what else is promoted, gcc finds), and from 15 on of sizes
# (enum { N = 4 }) in arithmetic: none is a mistake.
WARNINGS += $(if $(CLANG),-Wno-pass-failed -Wno-string-concatenation \
              -Wno-double-promotion -Wno-enum-float-conversion)
# WERROR=1, which make test sets, makes them mistakes: another compiler may warn of other things.
WERROR ?=
MISTAKES := $(if $(WERROR),-Werror)

# Whoever builds has the last word, in the environment or on the command line: CC, AR, PKG_CONFIG,
# CPPFLAGS, CFLAGS, LDFLAGS. What winnow cannot do without is not in them. Never -ffast-math: it
# deletes the checks for NaN.
CFLAGS ?= $(if $(SANITIZE)$(COVERAGE),-O1,-O3) -g
INSTRUMENTS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
                 -fno-omit-frame-pointer -DWINNOW_SANITIZE,$(if $(COVERAGE),--coverage \
                 -fprofile-update=atomic -DWINNOW_COVERAGE))
# The program is the same in whatever folder it is built; coverage is looked for in that folder.
NOWHERE := $(if $(COVERAGE),,-ffile-prefix-map=$(CURDIR)=.)
ALL_CPPFLAGS = -I. -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -MMD -MP \
               $(CPPFLAGS)
ALL_CFLAGS = -std=c11 $(WARNINGS) $(MISTAKES) $(INSTRUMENTS) $(NOWHERE) $(CFLAGS)
BANNED := -include base/banned.h
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) \
               $(FETCH_LIBRARIES)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(LIBRARIES)) \
             $(if $(WITH_ONEDNN),-ldnnl) -lm)$(PKG_LIBS)

# How many tests at once, and how many files `make test` compiles at once.
JOBS ?= $(shell nproc)

# A line a file, and none with -s; V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
SILENT := $(findstring s,$(firstword -$(MAKEFLAGS)))
say = $(if $(V)$(SILENT),,@printf '  %-5s %s\n' $(1) $(2))

OBJECTS := $(SOURCES:%.c=$B/%.o) $(EMBEDDED:%=$B/%.o)
TEST_OBJECTS := $(TESTS:%.c=$B/%.o)
# A folder of tests is a program of tests, and so is each room.
TEST_FOLDERS := $(sort $(patsubst %/,%,$(dir \
                  $(filter-out tests/support/% tests/torture/%,$(TESTS)))))
TEST_PROGRAMS := $(TEST_FOLDERS:%=$B/%/tests)

# What is linked before the library, and so instead of the same objects there. Of harness/fetch only
# winnow-fetch has the libraries.
PARTS := $(foreach room,$(subst $(comma), ,$(PART)),$(patsubst %.c,$B/%.o,$(filter-out $(MAINS),\
           $(wildcard $(room)/*.c))))
FETCH_PARTS := $(filter $B/harness/fetch/%,$(PARTS))
PARTS := $(filter-out $(FETCH_PARTS),$(PARTS))

.PHONY: bench-anytime bench-views extension other released
.PHONY: all demo test check bench soak deps help clean format lint rooms hdr-check golden-update
.PHONY: elsewhere readme coverage part torture dist deb install uninstall deps-of-tests
.DELETE_ON_ERROR:

# All that make install installs, so that root builds nothing. Instrumented programs are not for
# others.
FETCH := $(if $(FETCH_LIBRARIES),$B/winnow-fetch)
all: $B/winnow $(FETCH) $(if $(SANITIZE)$(COVERAGE),,extension)

$B/winnow: $B/harness/main.o $(PARTS) $(OTHERS)/libwinnow.a
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$B/winnow-fetch: $B/harness/fetch_main.o $(FETCH_PARTS) $(PARTS) $(OTHERS)/libwinnow.a
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(PKG_LIBS) \
	    $(shell $(PKG_CONFIG) --libs $(FETCH_LIBRARIES))

$B/libwinnow.a: $(OBJECTS)
	@rm -f $@
	$(call say,AR,$@)
	$Q$(AR) rcs $@ $^

# What nothing refers to must be named: the test that fails on purpose, BLAS as in a worker. Of the
# libraries only what is used is loaded, in each of 1,500 processes.
IN_EVERY_PROGRAM := $(addprefix $B/tests/support/,runner.o environment.o)
.SECONDEXPANSION:
$(TEST_PROGRAMS): $B/%/tests: $$(addprefix $B/,$$(addsuffix .o,$$(basename $$(wildcard $$*/*.c)))) \
                  $(IN_EVERY_PROGRAM) $(PARTS) $(OTHERS)/tests/libsupport.a $(OTHERS)/libwinnow.a
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(PKG_LIBS) -lcriterion

$B/tests/libsupport.a: $(filter $B/tests/support/%,$(TEST_OBJECTS))
	@rm -f $@
	$(call say,AR,$@)
	$Q$(AR) rcs $@ $^

ifneq ($(PART),)
RELEASED := build/tests/libsupport.a build/libwinnow.a
$(RELEASED): released ;
released:
	@$(MAKE) --no-print-directory SANITIZE= PART= $(RELEASED)
endif

# Each target of tests/fuzz with libFuzzer, which brings main().
FUZZED := $(shell sed -n 's/^FUZZ(\(.*\)).*/\1/p' tests/fuzz/targets.def)
$(FUZZED:%=$B/tests/fuzz/%): %: %.o $B/tests/fuzz/fuzz.o $B/tests/libsupport.a $B/libwinnow.a
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ \
	    -Wl,--defsym=LLVMFuzzerTestOneInput=fuzz_$(@F) -Wl,--as-needed $(PKG_LIBS) -lcriterion

# What there is, what is missing and what that costs: said once, and when it changes.
ONEDNN_VERSION = $(ONEDNN_FOUND).$(word 2,$(PROBED))
$B/found: FORCE
	@mkdir -p $(@D)
	@PKG_CONFIG='$(PKG_CONFIG)' packaging/found \
	    '$(if $(CLANG),clang $(CLANG),gcc $(firstword $(COMPILER)))' \
	    '$(or $(filter 0,$(ONEDNN)),$(if $(ONEDNN_FOUND),$(if $(WITH_ONEDNN),$(ONEDNN_VERSION),\
	    (not $(ONEDNN_VERSION)))))' \
	    '$(word 3,$(PROBED))' '$(LIBRARIES)' '$(FETCH_WANTS)' \
	    '$(if $(SANITIZE)$(COVERAGE),-O3,$(CFLAGS))' >$@.new
	@cmp -s $@.new $@ || { $(if $(SILENT),,cat $@.new;) mv $@.new $@; }

# Another compiler or other flags make another program: all of it, so that none is of two kinds.
FLAGS := $(foreach flag,$(COMPILER) $(CPPFLAGS) $(INSTRUMENTS) $(CFLAGS),'$(flag)')
$B/flags: FORCE | $B/found
	@mkdir -p $(@D)
	@printf '%s\n' $(FLAGS) | cmp -s - $@ || printf '%s\n' $(FLAGS) >$@

$B/%.o: %.c Makefile $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(ALL_CPPFLAGS) $(BANNED) $(PKG_CFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Criterion's macros are not ours to keep clean. Compiling tests takes longer than running most of
# them, so only what runs for long is optimised.
$B/tests/%.o: tests/%.c Makefile $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(ALL_CPPFLAGS) $(PKG_CFLAGS) $(ALL_CFLAGS) -Wno-pedantic \
	    $(if $(filter tests/conformance/% tests/support/%,$<),-O1,-O0 -U_FORTIFY_SOURCE) \
	    -c -o $@ $<

# Text that the program carries: results/schema.sql becomes _binary_results_schema_sql_start, a
# string of C.
SYMBOL = _binary_$(subst .,_,$(subst -,_,$(subst /,_,$<)))
$(EMBEDDED:%=$B/%.o): $B/%.o: % Makefile
	@mkdir -p $(@D)
	$Qprintf '%s\n' '.section .rodata' '.globl $(SYMBOL)_start' '$(SYMBOL)_start:' \
	    '.incbin "$<"' '.byte 0' '.section .note.GNU-stack,"",%progbits' | \
	    $(CC) -c -x assembler -o $@ -

%/base/str.o: ALL_CPPFLAGS += -DWINNOW_PARSES_NUMBERS
# Nameless files (O_TMPFILE) are Linux's own.
%/base/save.o: ALL_CPPFLAGS += -D_GNU_SOURCE
# So are a process's folder and pipes that no other process inherits.
%/base/process.o: ALL_CPPFLAGS += -D_GNU_SOURCE
%/results/lock.o: ALL_CPPFLAGS += -D_GNU_SOURCE
# Sets of processors (sched_setaffinity) are Linux's own too.
%/base/linalg.o: ALL_CPPFLAGS += -D_GNU_SOURCE
%/pin.o: ALL_CPPFLAGS += -D_GNU_SOURCE
# The loop that measures what the CPU can do must multiply and add in one instruction.
$B/models/nn/peak.o: ALL_CFLAGS += -ffp-contract=fast

# The engine's kernels need fused multiply-adds, half the instructions of a product and a sum apart;
# -std=c11 turns them off. (The price: CPUs with and without them differ in the last bit.)
$B/models/nn/%.o: ALL_CFLAGS += -ffp-contract=fast
# A square root that may set errno is a call, one by one.
$B/models/nn/%.o: ALL_CFLAGS += -fno-math-errno
# Where each variable of an unrolled loop lies takes gcc a quarter of its time to say.
$B/models/nn/%.o: ALL_CFLAGS += $(if $(CLANG),,-fno-var-tracking)

# The SQL functions for any sqlite3: `.load ./build/winnow_functions`. The same sources once more,
# position-independent, and calling the SQLite that loads them.
EXTENSION_SOURCES := $(wildcard results/functions/*.c) \
                     $(patsubst %,results/record/%.c,artifact bitmap) \
                     $(patsubst %,base/%.c,err hash mem num rng save seal stats str)
EXTENSION_OBJECTS := $(EXTENSION_SOURCES:%.c=$B/extension/%.o)
extension: $B/winnow_functions.so
$B/winnow_functions.so: $(EXTENSION_OBJECTS)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -o $@ $^ \
	    $(shell $(PKG_CONFIG) --libs zlib jansson nettle) -lm
$B/extension/%.o: %.c Makefile $B/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(ALL_CPPFLAGS) -DWINNOW_EXTENSION $(BANNED) $(PKG_CFLAGS) $(ALL_CFLAGS) -fPIC \
	    -fvisibility=hidden -c -o $@ $<

-include $(EXTENSION_OBJECTS:.o=.d)

# What makes the n-th malloc, write, ... of the program fail.
$B/torture.so: tests/torture/preload.c Makefile
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MF $B/torture.d -fPIC -shared -o $@ $<

# Rebuilt when ONEDNN changes.
$B/models/nn/conv/onednn.o: ALL_CPPFLAGS += $(if $(WITH_ONEDNN),-DWINNOW_ONEDNN)
$B/models/nn/conv/onednn.o: $B/with-onednn
$B/with-onednn: FORCE
	@mkdir -p $(@D)
	@echo '$(WITH_ONEDNN)' | cmp -s - $@ || echo '$(WITH_ONEDNN)' >$@

# Every script of plots/, as a list that render.c turns into a table; the stamp is as below.
PLOT_SCRIPTS = $(foreach file,$(notdir $(sort $(wildcard plots/*.sql plots/*.gp))), \
                 SCRIPT($(subst .,_,$(subst -,_,$(file))), "$(file)"))
$B/plots/render.o: ALL_CPPFLAGS += -DPLOT_SCRIPTS='$(PLOT_SCRIPTS)'
$B/plots/render.o: $B/plot-scripts
$B/plot-scripts: FORCE
	@mkdir -p $(@D)
	@echo '$(PLOT_SCRIPTS)' | cmp -s - $@ || echo '$(PLOT_SCRIPTS)' >$@

# Each attempt records what made the program. Only this object knows, so that a new revision
# rebuilds one file; the stamp changes when the text does. `git archive` writes the revision into
# .revision; elsewhere git knows it, of this folder and not of one around it.
VERSION := $(file <VERSION)
REVISION := $(or $(filter-out $$Format:%,$(file <.revision)),$(shell \
              GIT_CEILING_DIRECTORIES='$(abspath $(CURDIR)/..)' \
              git describe --always --dirty --abbrev=12 2>/dev/null),unknown)
MADE_BY = -DWINNOW_CFLAGS='"$(strip -std=c11 $(INSTRUMENTS) $(filter-out \
              -ffile-prefix-map=% -fdebug-prefix-map=% -fmacro-prefix-map=%,$(CFLAGS)))"' \
          -DWINNOW_VERSION='"$(VERSION)"' -DWINNOW_REVISION='"$(REVISION)"'
$B/harness/machine/environment.o: ALL_CPPFLAGS += $(MADE_BY)
$B/harness/machine/environment.o: $B/made-by
$B/made-by: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(MADE_BY) | cmp -s - $@ || printf '%s\n' $(MADE_BY) >$@
FORCE:

-include $B/harness/main.d $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d)
-include $(wildcard $(HEADERS:%=$B/%.checked.d))

# ---- What people type --------------------------------------------------------------------------

help:
	@echo 'make demo            install what is missing, build, run the quickstart, draw its figures'
	@echo 'make test            install what is missing, build, run lint and every test'
	@echo 'make                 build/winnow, and build/winnow-fetch beside it'
	@echo 'make check [T=...]   the tests, or some: T=harness/run, T=ops, T=ops/conv2d'
	@echo 'make soak            a grid that gets 100 signals and 10 full disks, bit for bit the same'
	@echo 'make torture [ARGS=...] each allocation, write, ... fails once: it is said, all stays whole'
	@echo 'make fuzz [T=wire] [SECONDS=60]  inputs that nobody would think of, for each of tests/fuzz'
	@echo 'make elsewhere [ARGS=...] all of it in fresh Debians, and for arm64 (docs/platforms.md)'
	@echo 'make coverage        the tests, and the share of each room that they reach'
	@echo 'make bench [ARGS=...] images/s of the models, beside PyTorch where python3-torch is there'
	@echo 'make bench-views     seconds that each view takes of a large database'
	@echo 'make bench-anytime   how often answers after every seed are wrong, and how soon they come'
	@echo 'make extension       build/winnow_functions.so: the SQL functions for any sqlite3'
	@echo 'make lint            formatting, include edges, headers that compile alone, house rules'
	@echo 'make other           compiles with clang too, and looks at the kernels that it makes'
	@echo 'make rooms           which rooms include which, as it is'
	@echo 'make format          clang-format, in place'
	@echo 'make golden-update   rewrite what tests/golden and tests/cli/*.t expect; read the diff'
	@echo 'make readme          write the tables of pruners/, results/ and docs/house.md anew'
	@echo 'make install [PREFIX=/usr/local] [DESTDIR=]  programs, manual pages, completion, documents,'
	@echo '                     experiments, SQL functions; make uninstall takes them away'
	@echo 'make dist            build/winnow-$(VERSION).tar.gz, of what is committed'
	@echo 'make deb             build/deb/winnow_$(VERSION)_*.deb; wants build-essential, debhelper'
	@echo 'make clean           remove build/'
	@echo 'make part            some tests under sanitizers, others with each commit (tests/parts)'
	@echo 'SANITIZE=address,undefined builds and checks in a folder of its own; V=1 shows commands'

# What the build wants; what the tests want beside it.
deps:
	@.ci/install packages
deps-of-tests:
	@.ci/install packages packages-tests

# The sub-makes see the packages that deps has just installed.
demo: deps
	@$(MAKE) --no-print-directory all
	$B/winnow run experiments/quickstart.yaml --db results/quickstart.db
	$B/winnow status --db results/quickstart.db
	$B/winnow plot --all --db results/quickstart.db -o results/figures

# Built first: lint looks into the objects too. With all processors, unless -j says how many.
test: deps-of-tests
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS)) WERROR=1 \
	    all hdr-check $B/lint-tested extension $(TEST_PROGRAMS)
	@$(MAKE) --no-print-directory lint part
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS)) -s other
	@$(MAKE) --no-print-directory check

# With another compiler: everything without a warning, and kernels of vectors (tests/lint.sh). They
# alone are optimised, so that it takes less than a minute. The folder does not have the compiler's
# name: with build/ in PATH, make 4.3 takes such a folder for the program (permission denied).
OTHER ?= clang
OTHER_BUILD = build/with-$(OTHER)
KERNELS = $(filter models/nn/%,$(SOURCES)) $(shell grep -l '^CLONES' harness/data/*.c \
            pruners/math/*.c)
OTHER_OBJECTS = $(patsubst %.c,$(OTHER_BUILD)/%.o,$(1))
other:
	@command -v $(OTHER) >/dev/null || { echo 'make other needs $(OTHER)' >&2; exit 1; }
	@$(MAKE) --no-print-directory CC=$(OTHER) B=$(OTHER_BUILD) WERROR=1 CFLAGS=-O3 \
	    $(call OTHER_OBJECTS,$(KERNELS))
	@$(MAKE) --no-print-directory CC=$(OTHER) B=$(OTHER_BUILD) WERROR=1 CFLAGS=-O0 \
	    $(call OTHER_OBJECTS,$(filter-out $(KERNELS),$(SOURCES) $(MAINS)))
	@tests/lint.sh --kernels $(OTHER_BUILD)

# Some seconds of it under sanitizers: another part with each commit, or N=7 of tests/parts.
part:
	@part=$$(CC='$(CC)' tests/part $(N)) || exit; [ -n "$$part" ] || exit 0; \
	    echo "  PART  make $$part"; exec $(MAKE) --no-print-directory \
	    $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS)) $$part

# T is a room, a suite or suite/test: tests/check knows which programs have it, makes one test of
# each fail first, and runs the rest. A leak fails no test by itself: the sanitizers' reports go to
# files, and one file is one failure too many. However make ends, tests/check is told, and ends all
# that it has started. The program is tested with the threads that BLAS has where users set nothing,
# and with the signals of a terminal: a program that runs tests may have ignored some, SIGPIPE above
# all, and no shell can undo that.
REPORTS = $(CURDIR)/$B/tests/sanitizer
AS_USERS = env --default-signal -u OPENBLAS_NUM_THREADS -u GOTO_NUM_THREADS -u OMP_NUM_THREADS \
           WINNOW_BINARY=$(CURDIR)/$B/winnow
TESTED := $(if $(filter check,$(MAKECMDGOALS)),$(if $(T),$(shell tests/check --programs $B '$(T)'),\
            $(TEST_PROGRAMS)))
check: $B/winnow $(FETCH) $(TESTED) $(if $(SANITIZE),,extension $B/torture.so)
	@exec setpriv --pdeathsig TERM $(AS_USERS) \
	    WINNOW_EXTENSION=$(if $(SANITIZE),,$(CURDIR)/$B/winnow_functions.so) \
	    ASAN_OPTIONS=log_path=$(REPORTS) TSAN_OPTIONS=log_path=$(REPORTS) \
	    UBSAN_OPTIONS=log_path=$(REPORTS):print_stacktrace=1 \
	    JOBS=$(JOBS) tests/check $B '$(T)'

# Of each room, the lines that the tests reach, and whether they are as many as they have to be.
# What a process does that is killed is not counted.
coverage:
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || :
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS)) \
	    COVERAGE=1 check
	@tests/coverage build/coverage

# T is a target of tests/fuzz, SECONDS are for each. Its build is one of clang's.
SECONDS ?= 60
fuzz:
	@command -v clang >/dev/null || { echo 'make fuzz needs clang and its libFuzzer:' \
	    'apt-get install clang libclang-rt-dev' >&2; exit 1; }
	@$(MAKE) --no-print-directory CC='$(filter ccache,$(CC)) clang' \
	    SANITIZE=address,undefined,fuzzer-no-link fuzz-programs
	@tests/fuzz/run build/address-undefined-fuzzer-no-link $(SECONDS) $(or $T,$(FUZZED))
.PHONY: fuzz fuzz-programs
fuzz-programs: $(addprefix $B/tests/fuzz/,$(or $T,$(FUZZED)))

# In other Debians, by other compilers, for other processors; as root, with the network. Some ten
# minutes a place: ARGS='debian13-clang arm64', ARGS='--keep /var/tmp/e T=convs debian13'.
elsewhere: $B/winnow
	@tests/elsewhere $(ARGS)

# ARGS go to bench/compare: make bench ARGS='--quick --models resnet8'.
ARGS ?=
bench: $B/winnow
	@bench/compare --winnow $B/winnow $(ARGS)

# The tests that have a larger size than every day's: 200 cells that get 100 signals, and whose disk
# runs full ten times; every way to stop every command that runs cells, 20 times each;
# gradients of large networks block by block, figures of more seeds. Many minutes.
SOAKED := tests/cli tests/conformance tests/unit/plots
soak: $B/winnow $(SOAKED:%=$B/%/tests)
	@for folder in $(SOAKED); do \
	    $(AS_USERS) WINNOW_SOAK=1 $B/$$folder/tests \
	        --filter '@(kill|cli_signals|cli_checkpoint|models|render_layout)/*' || exit; \
	done

# The n-th allocation, system call and step of SQLite fails, for every n of small commands; of
# allocations, those that differ by the calls that led to them. Many minutes; ARGS='--most 20 plot'
# is a part.
torture: $B/winnow $B/torture.so
	@$(AS_USERS) tests/torture/torture $B $(ARGS)

# Every view on a database of 5,000 cells of 200 epochs: ARGS='-n 5 v_run v_speedup'.
bench-views:
	@bench/views $(ARGS)

# The tables of docs/statistics.md; ARGS are the runs of each line, by default 100,000.
bench-anytime: $B/bench/anytime
	@$B/bench/anytime $(ARGS)

$B/bench/anytime: $B/bench/anytime.o $B/libwinnow.a
	$(call say,LINK,$@)
	$Q$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(PKG_LIBS)
-include $B/bench/anytime.d

# Rewrites what tests/golden and tests/cli/*.t expect: read the diff before it is committed.
golden-update: $B/winnow $B/tests/golden/tests $B/tests/unit/plots/tests $B/tests/cli/tests
	$(AS_USERS) WINNOW_GOLDEN_UPDATE=1 $B/tests/golden/tests
	$(AS_USERS) WINNOW_GOLDEN_UPDATE=1 $B/tests/unit/plots/tests --filter 'render/golden*'
	$(AS_USERS) WINNOW_GOLDEN_UPDATE=1 $B/tests/cli/tests --filter 'cli/*'

# The tables between the comments of pruners/README.md, and those of results/columns.md, which
# come from results/columns.tsv; tests/unit/pruners/readme.c and store_views.c compare them. The
# rooms of docs/house.md come from .rooms, and lint compares them.
readme: $B/winnow
	$B/winnow list pruners --markdown >$B/pruners-table.md
	sed -i -e '/^<!-- table:/,/^<!-- end of table/ { /^<!--/! d }' \
	    -e '/^<!-- table:/ r $B/pruners-table.md' pruners/README.md
	$B/winnow list samplers --markdown >$B/samplers-table.md
	sed -i -e '/^<!-- samplers:/,/^<!-- end of samplers/ { /^<!--/! d }' \
	    -e '/^<!-- samplers:/ r $B/samplers-table.md' pruners/README.md
	awk -f results/columns.awk results/columns.tsv results/columns.md >$B/columns.md
	cp $B/columns.md results/columns.md
	tests/lint.sh --table-of-rooms >$B/rooms-table.md
	sed -i -e '/^<!-- table of rooms/,/^<!-- end of table/ { /^<!--/! d }' \
	    -e '/^<!-- table of rooms/ r $B/rooms-table.md' docs/house.md

# ---- House rules -------------------------------------------------------------------------------

FORMATTED := $(SOURCES) $(MAINS) $(HEADERS) $(TESTS) $(wildcard bench/*.c) \
             $(shell find tests -name '*.h')
# One release for everybody, which both Debians have: each lays out in its own way.
CLANG_FORMAT ?= clang-format-19

lint: hdr-check $B/lint-tested
	@tests/lint.sh
	@command -v $(CLANG_FORMAT) >/dev/null || { \
	    echo 'make lint needs $(CLANG_FORMAT): make deps-of-tests' >&2; exit 1; }
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED)

rooms:
	@tests/lint.sh --rooms

format:
	@$(CLANG_FORMAT) -i $(FORMATTED)

# Every header compiles alone: those that a source includes before all others do it there.
FIRST = $(shell grep -hm1 '^\#include' $(SOURCES) | sed -n 's/^\#include "\(.*\)"$$/\1/p')
hdr-check: $(patsubst %,$B/%.checked,$(filter-out $(FIRST),$(HEADERS)))
$B/%.h.checked: %.h
	@mkdir -p $(@D)
	$Qecho '#include "$<"' | $(CC) $(ALL_CPPFLAGS) -MF $@.d -MT $@ $(BANNED) $(PKG_CFLAGS) -std=c11 \
	    $(WARNINGS) -Werror -fsyntax-only -x c -
	@touch $@

# Every rule of lint fires: many small trees, so only when the rules have changed.
$B/lint-tested: tests/lint.sh .rooms
	@mkdir -p $(@D)
	$(call say,LINT,$<)
	$Qtests/lint.sh --self-test
	@touch $@

clean:
	rm -rf build

# ---- What others are given ---------------------------------------------------------------------

# DESTDIR is for packagers. What is installed works wherever it is moved to as a whole.
PREFIX ?= /usr/local
DESTDIR ?=
install: all
	@packaging/install $B '$(DESTDIR)$(PREFIX)'
uninstall:
	@packaging/install --remove '$(DESTDIR)$(PREFIX)'

# What is committed, byte for byte the same for a commit; it is built and tested without git.
DIST := winnow-$(VERSION)
dist: $B/$(DIST).tar.gz
	@echo $<
$B/$(DIST).tar.gz: FORCE
	@mkdir -p $(@D)
	@git -c core.abbrev=12 -c tar.umask=022 archive -o $@ --prefix=$(DIST)/ HEAD

# Of the tarball, so that nothing is in the package that is not committed.
deb: $B/$(DIST).tar.gz
	@[ '$(VERSION)' = "$$(sed '1s/.*(\(.*\)).*/\1/; q' debian/changelog)" ] || { \
	    echo 'debian/changelog is not of version $(VERSION)' >&2; exit 1; }
	@rm -rf $B/deb && mkdir $B/deb && tar -xzf $< -C $B/deb
	cd $B/deb/$(DIST) && exec env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage -b -us -uc
	@ls $B/deb/*.deb
