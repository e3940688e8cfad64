# SPDX-License-Identifier: GPL-2.0-or-later
# fadump-ng. `make help` lists the targets. Objects go to build/<variant>/; nothing is written beside the sources.

VERSION       := 0.1.0

CROSS_COMPILE ?=
ifeq ($(origin CC),default)
CC            := $(CROSS_COMPILE)gcc
endif
PKG_CONFIG    ?= $(if $(CROSS_COMPILE),$(CROSS_COMPILE)pkg-config,pkg-config)
PREFIX        ?= /usr
BINDIR        ?= $(PREFIX)/bin
MANDIR        ?= $(PREFIX)/share/man
SYSCONFDIR    ?= /etc
UNITDIR       ?= $(PREFIX)/lib/systemd/system
UDEVDIR       ?= $(PREFIX)/lib/udev/rules.d
DRACUTDIR     ?= $(PREFIX)/lib/dracut
DOCDIR        ?= $(PREFIX)/share/doc/fadump-ng
PKGLIBDIR     ?= $(PREFIX)/lib/fadump-ng
BASHCOMPDIR   ?= $(PREFIX)/share/bash-completion/completions
DESTDIR       ?=

# A variant is a compiler, an architecture and a sanitizer: gcc-x86_64, clang-powerpc64le, gcc-x86_64-san.
MACHINE       := $(shell $(CC) -dumpmachine 2>/dev/null | cut -d- -f1)
COMPILER      := $(if $(findstring clang,$(CC)),clang,gcc)
SAN           ?=
VARIANT       ?= $(COMPILER)-$(MACHINE)$(if $(SAN),-san)
BUILD         ?= build
O             := $(BUILD)/$(VARIANT)

DEPS          := libelf json-c mount blkid libcrypto
WARN          := -Wall -Wextra -Wshadow -Wconversion -Werror
# Messages are truncated to their buffers on purpose; only gcc warns of it.
WARN          += $(if $(findstring clang,$(CC)),,-Wno-format-truncation)
CFLAGS        ?= -O2 -g
# A packager's own level of fortification stays.
FORTIFY       := $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2)
# Strip the build path, for reproducible builds.
ALL_CFLAGS    := -std=gnu17 -pthread -ffile-prefix-map=$(CURDIR)=. $(WARN) $(CFLAGS) -fstack-protector-strong $(FORTIFY) -fPIE
ALL_CPPFLAGS  := -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DVERSION='"$(VERSION)"' -Icapture $(CPPFLAGS) \
                 $(shell $(PKG_CONFIG) --cflags $(DEPS))
ALL_LDFLAGS   := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS          := $(shell $(PKG_CONFIG) --libs $(DEPS)) -ldl
ifneq ($(SAN),)
ALL_CFLAGS    := $(filter-out -D_FORTIFY_SOURCE=2,$(ALL_CFLAGS)) -O1 -fsanitize=address,undefined -fno-omit-frame-pointer \
                 -fno-sanitize-recover=undefined
endif

SRC           := $(wildcard capture/*.c capture/*/*.c)
OBJ           := $(SRC:%.c=$(O)/%.o)
MODOBJ        := $(filter-out $(O)/capture/main.o,$(OBJ))
UNIT_SRC      := $(wildcard tests/unit/test_*.c)
UNIT          := $(UNIT_SRC:tests/unit/%.c=$(O)/unit/%)
TOOL_SRC      := $(wildcard tests/tools/*.c)
TOOLS         := $(TOOL_SRC:tests/tools/%.c=$(O)/tools/%)

V             ?= 0
Q             := $(if $(filter 1,$(V)),,@)
say            = $(if $(filter 1,$(V)),,@echo "  $(1)  $(patsubst $(BUILD)/%,%,$@)";)

all: $(O)/fadump-ng

help:
	@echo 'make              build $(O)/fadump-ng (CC=clang, CROSS_COMPILE=powerpc64le-linux-gnu-, SAN=1, V=1)'
	@echo 'make demo         a real crash in the lab: captured, released, booted on, shown (as root, installs what it needs)'
	@echo 'make check        all tests: unit, CLI, model, faults, fuzz corpora, builds, lab (as root, installs what it needs)'
	@echo 'make check-fast   the part without virtual machines'
	@echo 'make lint         clang-format, clang-tidy, cppcheck, shellcheck'
	@echo 'make faults       every call of a capture made to fail, one at a time'
	@echo 'make model        the protocol of a capture as a model, searched with spin'
	@echo 'make fuzz         libFuzzer over every parser (FUZZ_SECONDS=60 each)'
	@echo 'make bench        the streamed capture beside makedumpfile writing the file itself'
	@echo 'make docs         write man pages, completion and the sample configuration again from the tables'
	@echo 'make install      into DESTDIR, PREFIX=$(PREFIX);  uninstall, dist, clean'

$(O)/fadump-ng: $(OBJ)
	$(call say,LD) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC) $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libfadump.a: $(MODOBJ)
	$(call say,AR) rm -f $@ && $(CROSS_COMPILE)ar rcs $@ $^

# Sources that are no program by themselves.
UNIT_COMMON   := $(O)/tests/unit/scratch.o

# What only some tests need: the libraries that the program loads by itself.
$(O)/tools/mkkdump: TOOL_LIBS := -lz -llzo2 -lzstd -lsnappy
$(O)/tools/kdumppages: TOOL_LIBS := -lkdumpfile
$(O)/unit/test_codec $(O)/unit/test_kdump_pages $(O)/unit/test_proof: UNIT_LIBS := -lz -llzo2 -lzstd -lsnappy

# A server to talk to.
$(O)/unit/test_ssh_pool: | $(O)/tools/sftpd

# Tests of what waits, with a clock that they move.
GIVEN_CLOCK   := child coprocess dmesg feeder ssh_pool
$(GIVEN_CLOCK:%=$(O)/unit/test_%): UNIT_CLOCK := $(O)/tests/unit/given_clock.o
$(GIVEN_CLOCK:%=$(O)/unit/test_%): $(O)/tests/unit/given_clock.o

# One unit test program a module; cmocka is needed for tests only. Where the program alone has changed, tests are only linked again.
$(O)/unit/%: $(O)/tests/unit/%.o $(UNIT_COMMON) $(O)/libfadump.a
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(UNIT_CLOCK) $(UNIT_COMMON) $(O)/libfadump.a $(LIBS) $(UNIT_LIBS) -lcmocka

$(O)/tools/%: $(O)/tests/tools/%.o $(O)/libfadump.a
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/libfadump.a $(LIBS) $(TOOL_LIBS)

# Fuzz targets: replay.c walks the corpora for `make check`; with -fsanitize=fuzzer clang brings its own main().
FUZZ_SRC      := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_NAMES    := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)
FUZZ_REPLAY   := $(FUZZ_NAMES:%=$(O)/replay/%)
FUZZ_LIVE     := $(FUZZ_NAMES:%=$(BUILD)/fuzz/%)

$(O)/replay/%: $(O)/tests/fuzz/fuzz_%.o $(O)/tests/fuzz/replay.o $(O)/libfadump.a
	@mkdir -p $(@D)
	$(call say,LD) $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

# Compiled once for all of them; replay.c's build has no use for the coverage.
FUZZ_O        := $(BUILD)/fuzz-objects
FUZZ_OBJ      := $(filter-out $(FUZZ_O)/capture/main.o,$(SRC:%.c=$(FUZZ_O)/%.o))
FUZZ_CFLAGS   := -std=gnu17 $(filter-out -Wno-format-truncation,$(WARN)) -O1 -g -fno-omit-frame-pointer \
                 -fsanitize=address,undefined -fno-sanitize-recover=undefined

$(FUZZ_O)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC) clang $(ALL_CPPFLAGS) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(FUZZ_O)/libfadump.a: $(FUZZ_OBJ)
	$(call say,AR) rm -f $@ && ar rcs $@ $^

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_O)/libfadump.a
	@mkdir -p $(@D)
	$(call say,LD) clang $(ALL_CPPFLAGS) -Itests/fuzz $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_O)/libfadump.a $(LIBS)

unit: $(UNIT)
# Those that a sanitizer leaves too little room for.
unit-plain: $(O)/unit/test_confined $(O)/unit/test_vmcore_judge
tools: $(TOOLS)
replay: $(FUZZ_REPLAY)

FUZZ_SECONDS  ?= 60
fuzz: $(FUZZ_LIVE)
	tests/fuzz/run $(FUZZ_SECONDS) $(BUILD)/fuzz $(FUZZ_NAMES)

# Generated from the tables, committed so that a build needs nothing but a compiler; `make check` compares.
DOCS          := config/fadump-ng.conf docs/fadump-ng.8 docs/fadump-ng.conf.5 docs/fadump-ng.bash
docs: $(O)/fadump-ng
	$(O)/fadump-ng doc conf >config/fadump-ng.conf
	$(O)/fadump-ng doc man >docs/fadump-ng.8
	$(O)/fadump-ng doc man-conf >docs/fadump-ng.conf.5
	$(O)/fadump-ng doc completion >docs/fadump-ng.bash

packages:
	tests/packages

check: packages
	tests/run unit cli model faults replay builds cross lab

check-fast: packages
	tests/run unit cli model faults replay builds lint

demo: packages
	tests/lab/lab demo

$(O)/faults/shim.so: $(wildcard tests/faults/shim*.c) tests/faults/shim.h
	@mkdir -p $(@D)
	$(call say,LD) $(CC) -D_GNU_SOURCE $(WARN) -std=gnu17 -O1 -shared -fPIC -o $@ $(filter %.c,$^)

shim: $(O)/faults/shim.so

faults: packages
	tests/run faults

model: packages
	tests/run model

bench: packages
	tests/bench/native
	tests/bench/run

lint: packages
	tests/lint

install: $(O)/fadump-ng
	install -D -m 0755 $(O)/fadump-ng $(DESTDIR)$(BINDIR)/fadump-ng
	install -D -m 0644 docs/fadump-ng.8 $(DESTDIR)$(MANDIR)/man8/fadump-ng.8
	install -D -m 0644 docs/fadump-ng.conf.5 $(DESTDIR)$(MANDIR)/man5/fadump-ng.conf.5
	install -D -m 0644 docs/fadump-ng.bash $(DESTDIR)$(BASHCOMPDIR)/fadump-ng
	install -d $(DESTDIR)$(DOCDIR)/docs
	install -m 0644 README.md NEWS.md $(DESTDIR)$(DOCDIR)
	install -m 0644 $(wildcard docs/*.md) $(DESTDIR)$(DOCDIR)/docs
	test -e $(DESTDIR)$(SYSCONFDIR)/fadump-ng.conf || \
	    install -D -m 0644 config/fadump-ng.conf $(DESTDIR)$(SYSCONFDIR)/fadump-ng.conf
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(UDEVDIR) $(DESTDIR)$(DRACUTDIR)/modules.d/99fadump-ng
	install -m 0644 $(UNITS) $(DESTDIR)$(UNITDIR)
	install -m 0644 $(RULES) $(DESTDIR)$(UDEVDIR)
	install -D -m 0755 config/fadump-ng-migrated.sh $(DESTDIR)$(PKGLIBDIR)/migrated
	install -D -m 0644 config/90-fadump-ng.conf $(DESTDIR)$(DRACUTDIR)/dracut.conf.d/90-fadump-ng.conf
	install -m 0755 $(wildcard modules.d/99fadump-ng/*.sh) $(DESTDIR)$(DRACUTDIR)/modules.d/99fadump-ng
	install -m 0644 $(filter-out %.sh,$(wildcard modules.d/99fadump-ng/*)) $(DESTDIR)$(DRACUTDIR)/modules.d/99fadump-ng

UNITS         := $(wildcard config/*.service config/*.timer)
RULES         := $(wildcard config/*.rules)

# The configuration stays: it is the administrator's.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/fadump-ng $(DESTDIR)$(MANDIR)/man8/fadump-ng.8 $(DESTDIR)$(MANDIR)/man5/fadump-ng.conf.5 \
	    $(DESTDIR)$(BASHCOMPDIR)/fadump-ng $(UNITS:config/%=$(DESTDIR)$(UNITDIR)/%) $(RULES:config/%=$(DESTDIR)$(UDEVDIR)/%)
	rm -f $(DESTDIR)$(PKGLIBDIR)/migrated $(DESTDIR)$(DRACUTDIR)/dracut.conf.d/90-fadump-ng.conf
	rm -rf $(DESTDIR)$(DRACUTDIR)/modules.d/99fadump-ng $(DESTDIR)$(DOCDIR)

dist:
	@mkdir -p $(BUILD)
	git archive --format=tar --prefix=fadump-ng-$(VERSION)/ HEAD | xz >$(BUILD)/fadump-ng-$(VERSION).tar.xz
	@echo $(BUILD)/fadump-ng-$(VERSION).tar.xz

clean:
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(FUZZ_OBJ:.o=.d) $(patsubst %.c,$(O)/%.d,$(wildcard tests/unit/*.c tests/tools/*.c tests/fuzz/*.c))

.PHONY: all help unit unit-plain tools replay shim faults model fuzz docs packages check check-fast demo bench lint install uninstall dist clean
.SECONDARY:

# For scripts: where the objects are, and how the sources are preprocessed.
print-objects:
	@echo $(O)
print-cppflags:
	@echo $(ALL_CPPFLAGS)
.PHONY: print-objects print-cppflags
