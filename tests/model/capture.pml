/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.pml"
#include "disk.pml"
#include "kernel.pml"
#include "program.pml"

#ifndef LOSSES
#define LOSSES	2
#endif
#ifndef FAULTS
#define FAULTS	2
#endif
#ifndef CRASHES
#define CRASHES	2
#endif

byte losses, crashes, lost;

inline boot_forget()
{
	lock = 0; rec_there = 0; rec_mine = 0; rec_kept = 0; rec_released = 0; rec_unclear = 0; rec_place = 0;
	told = 0; hung = 0; rebooting = 0; no_late = 0; faults = FAULTS; no_place = 0
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
		crashes++;
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

	machine_crash();
capture_boot_begins:
	atomic { live = 1; run Program(FIRST) };
	if
	:: live == 0
	:: losses < LOSSES -> goto loss
	:: hung && losses == LOSSES -> goto stop
	fi;
	if
	:: rebooting -> goto reboot
	:: else
	fi;
	atomic { live = 2; run Program(LATE); run Program(PERSON) };
	if
	:: live == 0
	:: losses < LOSSES -> goto loss
	:: registered && crashes < CRASHES -> goto crash
	:: hung && losses == LOSSES -> goto stop
	fi;
	atomic { faults = 0; live = 1; run Program(LAST) };
	atomic { live == 0; assert(SETTLED) };
	if
	:: registered && crashes < CRASHES -> goto crash
	:: else -> goto stop
	fi;
loss:
	losses++;
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
