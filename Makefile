# SPDX-License-Identifier: MIT
#
# Builds everything; GNU make, gcc or clang, no configure step.  Objects of a
# flavour live in build/FLAVOUR; what a user takes away lives in build/lib and
# build/bin (release) or build/FLAVOUR/lib and build/FLAVOUR/bin (the others).
# Overrides go into config.mk or onto the command line:
#
#   make CC=clang FLAVOUR=asan WERROR=1 BUILD=/elsewhere PREFIX=/usr DESTDIR=x

-include config.mk

FLAVOUR ?= release
BUILD   ?= build
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
VERSION := 0.1.0
SONAME  := libws2_32.so.0

CC  := $(if $(filter default,$(origin CC)),gcc,$(CC))
CXX := $(if $(filter default,$(origin CXX)),$(if \
         $(findstring clang,$(CC)),clang++,g++),$(CXX))

O   := $(BUILD)/$(FLAVOUR)
OUT := $(if $(filter release,$(FLAVOUR)),$(BUILD),$(O))
LIB := $(OUT)/lib
BIN := $(OUT)/bin
export CC CXX OUT O PREFIX LIBDIR DESTDIR VERSION

# --- flags -------------------------------------------------------------------

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
  -Wvla -Wundef $(if $(WERROR),-Werror) $(if $(findstring clang,$(CC)),-Wthread-safety)

OPT_release := -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2
OPT_debug   := -O0 -DWS_DEBUG
OPT_asan    := -O1 -fno-omit-frame-pointer -DWS_DEBUG \
               -fsanitize=address,undefined -fno-sanitize-recover=undefined
OPT_tsan    := -O1 -fno-omit-frame-pointer -DWS_DEBUG -fsanitize=thread
OPT_cover   := -O0 --coverage -DWS_DEBUG
OPT := $(OPT_$(FLAVOUR))
$(if $(OPT),,$(error FLAVOUR is one of release debug asan tsan cover))

# A sanitizer's own symbols come with the program, so only plain flavours can
# refuse undefined ones.
NO_UNDEFINED := -Wl,-z,defs
SHARED := -shared -Wl,-soname,$(SONAME) -Wl,-z,relro,-z,now \
          -Wl,-Bsymbolic-functions \
          $(if $(filter release debug,$(FLAVOUR)),$(NO_UNDEFINED))

# The rooms of the POSIX world see the system's headers as they are; those of
# the Winsock world, and users, see ours first.
POSIX   := base os io
WINSOCK := -Iinclude/ws2
BASE    := -std=gnu11 -g $(OPT) $(WARN) -pthread -MMD -MP $(CFLAGS)
CC_LIB   = $(CC) $(BASE) -fPIC -D_GNU_SOURCE= -Isrc -Iinclude \
           $(if $(filter $(POSIX),$(word 2,$(subst /, ,$<))),,$(WINSOCK))
CC_USER  = $(CC) $(BASE) $(WINSOCK) -Itests
CC_UNIT  = $(CC_USER) -D_GNU_SOURCE= -Isrc -Iinclude
LDLIBS  := -pthread -ldl
USE_LIB := -L$(LIB) -lws2_32 -Wl,-rpath,$(abspath $(LIB)) $(LDLIBS)

# --- what there is -----------------------------------------------------------

# built PATTERN: what becomes of the sources that are there.
built = $(patsubst %.c,$(O)/%$(2),$(wildcard $(1)))

OBJ   := $(call built,src/*/*.c src/prov/*/*.c,.o) \
         $(call built,src/*/wide*.c src/prov/*/wide*.c,_16.o)
MAP   := $(wildcard src/ws2_32.map)
START := $(call built,tools/ws2_main/*.c,.o)
TOOLS := $(patsubst tools/%,$(BIN)/%,$(wildcard tools/wscc tools/wsc++))
ALIAS := mswsock wsock32 kernel32 user32 winmm
STUBS := $(ALIAS:%=$(LIB)/lib%.so) $(ALIAS:%=$(LIB)/lib%.a)
LIBS  := $(addprefix $(LIB)/libws2_,32.so 32.a $(if $(START),main.a)) $(STUBS)
EXAMPLES := $(if $(TOOLS),$(patsubst examples/%.c,$(BIN)/%, \
              $(wildcard examples/*.c)))

API    := $(call built,tests/api/*_test.c tests/spi/*_test.c)
API16  := $(call built,tests/api/wide*_test.c,_16)
UNIT   := $(call built,tests/unit/*_test.c)
FUZZ   := $(call built,$(filter-out fuzz/plain.c,$(wildcard fuzz/*.c)))
TESTS  := $(API) $(API16) $(UNIT) $(FUZZ)
RUNNER := $(call built,tests/t*.c,.o)
NET    := $(call built,tests/api/net*.c,.o)
NET16  := $(NET:%.o=%_16.o)

$(shell mkdir -p $(LIB) $(BIN) $(OUT)/include \
    $(sort $(dir $(OBJ) $(START) $(TESTS) $(RUNNER))))

.PHONY: all lib tests demo check check-asan check-tsan check-wine floors format \
        tidy symbols papers fuzz bench install dist clean
.SECONDARY:
.DELETE_ON_ERROR:

all: lib $(TOOLS) $(EXAMPLES) $(BIN)/ws2-synd

lib: $(LIBS) $(OUT)/include/ws2

# --- the library -------------------------------------------------------------

$(O)/src/%.o: src/%.c
	$(CC_LIB) -c $< -o $@

$(O)/src/%_16.o: src/%.c
	$(CC_LIB) -fshort-wchar -DWS_SHORT_WCHAR -c $< -o $@

$(LIB)/$(SONAME): $(OBJ) $(MAP)
	$(CC) $(OPT) $(SHARED) $(MAP:%=-Wl,--version-script=%) $(LDFLAGS) \
	    $(OBJ) -o $@ $(LDLIBS)

$(LIB)/libws2_32.so: $(LIB)/$(SONAME)
	@ln -sf $(SONAME) $@

$(LIB)/libws2_32.a: $(OBJ)
	@rm -f $@
	$(AR) rcs $@ $(OBJ)

# The start of programs that have no main by that name.
$(START): $(O)/%.o: %.c
	$(CC_USER) -fPIC -c $< -o $@

$(LIB)/libws2_main.a: $(START)
	@rm -f $@
	$(AR) rcs $@ $^

# Programs ask for -lmswsock and its kin; all of it is in the one library.
$(STUBS):
	@echo 'INPUT(-lws2_32)' >$@

# With this link the build tree looks like an installed prefix to wscc.
$(OUT)/include/ws2:
	@ln -sfn $(CURDIR)/include/ws2 $@

$(TOOLS): $(BIN)/%: tools/%
	install -m 755 $< $@

$(EXAMPLES): $(BIN)/%: examples/%.c $(TOOLS) $(LIB)/libws2_32.so | lib
	WSCC_CC=$(CC) $(BIN)/wscc -g $(OPT) -Wall -Wextra \
	    $(if $(WERROR),-Werror) $< -o $@

$(BIN)/ws2-synd: tools/ws2-synd.c $(LIB)/libws2_32.a
	$(CC) $(filter-out -MMD -MP,$(BASE)) -D_GNU_SOURCE= -Isrc $^ -o $@ $(LDLIBS)

# --- tests -------------------------------------------------------------------

tests: all $(TESTS)

# The runner sees the system as it is; the tests are like a user's program: the
# public headers and the shared library alone.
$(RUNNER): $(O)/%.o: %.c
	$(CC) $(BASE) -c $< -o $@

$(O)/tests/%.o: tests/%.c
	$(CC_USER) -c $< -o $@

$(O)/tests/%_16.o: tests/%.c
	$(CC_USER) -fshort-wchar -c $< -o $@

$(API): $(NET)
$(API16): $(NET16)
$(API) $(API16): %: %.o $(RUNNER) | lib
	$(CC) $(OPT) $(filter %.o,$^) -o $@ $(USE_LIB)

# White box: the private headers and the static archive.
$(addsuffix .o,$(UNIT) $(FUZZ) $(O)/fuzz/plain): $(O)/%.o: %.c
	$(CC_UNIT) -c $< -o $@

$(O)/tests/unit/nomem_test: private OPT += -Wl,--wrap=malloc,--wrap=calloc,--wrap=free
$(UNIT): $(RUNNER) $(NET)
$(FUZZ): $(O)/fuzz/plain.o
$(UNIT) $(FUZZ): %: %.o $(LIB)/libws2_32.a
	$(CC) $(OPT) $(filter %.o,$^) $(LIB)/libws2_32.a -o $@ $(LDLIBS)

check: tests
	@scripts/check.sh $(TESTS)

check-asan check-tsan: check-%:
	@$(MAKE) --no-print-directory FLAVOUR=$* check

check-wine:
	@scripts/wine.sh

# --- figures, the demonstration, the house's own checks, delivery -------------

bench: all
	@bench/run.sh

demo install: all
symbols: lib

demo install floors format tidy symbols papers fuzz:
	@scripts/$@.sh

dist:
	git archive --prefix=sallyport-$(VERSION)/ -o sallyport-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

-include $(wildcard $(O)/*/*.d $(O)/*/*/*.d $(O)/*/*/*/*.d)
