/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.pml"
#include "disk.pml"
#include "kernel.pml"
#include "program.pml"

/* Within which bounds everything is tried; -DONLY=NAME for one of them. */
#define FAULTS	1	/* many failing calls in a boot */
#define PEOPLE	2	/* a person's commands beside the late service */
#define LOSSES	3	/* of power, and resets, at any moment */
#define AGAIN	4	/* another crash after the first */
#define MIXED	5	/* a little of each */
#define BOTH	6	/* both targets in one pass */
#define EACH	7	/* and require-all */
#define STEADY	8	/* nothing fails; for the search for cycles */
#define TWO	9	/* to provoke, not to search to the end */
#define EACH_PEOPLE	10
#ifdef ONLY
#define WITHIN(n)	(n == ONLY)
#else
#define WITHIN(n)	(n < STEADY)
#endif

byte losses, crashes;		/* so many may come yet */
byte fault_limit;		/* a boot */
byte lost;

inline bounds(l, c, fl, p, t)
{
	losses = l;
	crashes = c;
	fault_limit = fl;
	person_turns = p;
	late_turns = t
}

inline choose_bounds()
{
	if			/*  losses crashes faults person late */
	:: WITHIN(FAULTS) -> bounds(0, 1, 9, 0, 1)
	:: WITHIN(PEOPLE) -> bounds(0, 1, 1, 2, 2)
	:: WITHIN(LOSSES) -> bounds(2, 1, 1, 0, 1)
	:: WITHIN(AGAIN) -> bounds(1, 2, 1, 0, 1)
	:: WITHIN(MIXED) -> bounds(1, 1, 1, 1, 1)
	:: WITHIN(BOTH) -> bounds(1, 1, 1, 0, 1); together = 1
	:: WITHIN(EACH) -> bounds(0, 1, 2, 0, 2); together = 1; require_all = 1
	:: WITHIN(STEADY) -> bounds(1, 2, 0, 1, 1)
	:: WITHIN(TWO) -> bounds(0, 1, 2, 1, 2)
	:: WITHIN(EACH_PEOPLE) -> bounds(0, 1, 2, 1, 2); together = 1; require_all = 1
	fi
}

inline boot_forget()
{
	lock = 0; rec_there = 0; rec_mine = 0; rec_kept = 0; rec_released = 0; rec_unclear = 0; rec_place = 0; rec_saved[0] = 0; rec_saved[1] = 0;
	told = 0; hung = 0; rebooting = 0; no_late = 0; faults = fault_limit; no_place = 0
}

/* The machine stops where it is. A power cut takes the firmware's dump as well. */
inline machine_down()
{
	atomic { down = 1 };
	atomic {
		live == 0;
		down = 0;
		lose_unsynced();
		/* What was given back against a receipt is there, whatever happened. */
		assert(!given || gone || DURABLE)
	}
}

inline machine_crash()
{
	atomic {
		crashes--;
		firmware_dump = 1;
		bad = (page == PAGE_FREED || page == PAGE_USED);
		given = 0;
		gone = 0;
		new_places();
		boot_forget();
		kernel_boot(bad);
		bad = 0
	}
}

/*
 * All has been tried: armed for the next crash, or the dump is kept and can still be captured, or a stated exception.
 */
#define ARMED		(registered && !held)
#define LEFT		(rec_kept || no_late || told || no_place)	/* a person's wish, the configuration's; a reboot is due; the model's end */
#define FOR_A_PERSON	(!fadump_on || (vmcore && !sound) || (held && !vmcore && !accepted))	/* C, a bad core, B */
#define SETTLED		(ARMED || (vmcore && LEFT) || FOR_A_PERSON || told)

init {
	bit bad;

	atomic { choose_bounds() };
	machine_crash();
capture_boot_begins:
	atomic { live = 1; run Program(FIRST) };
	if
	:: live == 0
	:: losses -> goto loss
	:: hung && !losses -> goto stop
	fi;
	if
	:: rebooting -> goto reboot
	:: else
	fi;
	atomic { live = 2; run Program(LATE); run Program(PERSON) };
	if
	:: live == 0
	:: losses -> goto loss
	:: registered && crashes -> goto crash
	:: hung && !losses -> goto stop
	fi;
	atomic { faults = 0; live = 1; run Program(LAST) };
	atomic { live == 0; assert(SETTLED) };
	if
	:: registered && crashes -> goto crash
	:: else -> goto stop
	fi;
loss:
	losses--;
	machine_down();
	atomic {
		boot_forget();
		if
		:: firmware_dump = 0
		:: skip
		fi;
		kernel_boot(false)
	};
	if
	:: capture_boot -> goto capture_boot_begins
	:: else -> goto stop
	fi;
crash:
	machine_down();
	machine_crash();
	goto capture_boot_begins;
reboot:
	/* Orderly: everything is synced, and the kernel gives the dump up. */
	atomic {
		sync_all();
		assert(!given || gone || DURABLE);
		firmware_dump = 0;
		boot_forget();
		kernel_boot(false)
	};
stop:
	skip
}
