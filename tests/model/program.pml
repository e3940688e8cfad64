/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fadump-ng: `capture`, `capture --late`, `capture --no-release`, `release`, `release --force` and `register`. An atomic {} is what happens
 * between two moments at which the machine may go down or another process may run: mostly one call. The C functions are named.
 */

/* /run/fadump-ng: gone with the boot. mine: dump_id is the active dump's, not 0. place: 0 nothing was saved, else 1 + f. */
bit lock, rec_there, rec_mine, rec_kept, rec_released, rec_unclear;
byte rec_place, rec_saved[TARGETS];

bit told;	/* the memory was given back, and somebody was told that the machine is not ready: to reboot */
bit hung;	/* a call to a target did not return */
bit no_place;	/* the model's directories are used up */
bit gone;	/* a person deleted a dump, or gave the memory back by force: their decision */
bit given;	/* the dump's memory was given back against a receipt */
bit rebooting, no_late;
byte live;	/* programs */
bit together, require_all;	/* both targets are filled in one pass; both must have it */
byte late_turns, person_turns;
bit down;	/* the machine goes down: they end where they are */

/* What became of release_mem is the boot's, not the dump's. */
#ifdef MUTANT_RECORD_OF_DUMP
#define OF_THIS_BOOT	old_same
#else
#define OF_THIS_BOOT	old_there
#endif

/* Who runs a program: the initramfs, the late service and its timer, a person, and the service once more when all is well at last. */
mtype:runner = { FIRST, LATE, PERSON, LAST };
mtype:task = { BEGIN, CAPTURE, RELEASE, REGISTER, DELETE, REST };

/* run/release.c: release_possible(), given_back() */
inline release_possible()
{
	atomic {
		call(err);
		judge(v);
		if
		:: err -> r = RELEASE_FAILED
		:: !err && (!capture_boot || registered) -> r = RELEASE_NOT_NEEDED
#ifndef MUTANT_UNCLEAR_AGAIN
		:: !err && capture_boot && !registered && fadump_on && rec_there && rec_unclear -> r = RELEASE_REFUSED
#endif
		:: else ->
			if
			:: !fadump_on -> r = RELEASE_REFUSED
			:: fadump_on && !vmcore && (rec_there && rec_released || v == VERDICT_NONE || v == VERDICT_REFUSED) ->
				r = RELEASE_NOT_NEEDED
			:: else -> r = RELEASE_DONE
			fi
		fi;
		v = 0;
		err = 0
	}
}

/* run/register.c: register_for_crash(), secure_header(). at_once: released is given, and fate is what it says. */
inline register_for_crash(at_once)
{
	atomic {
		call(err);
		if
		:: !fadump_on -> err = 1
		:: else
		fi;
		armed = registered
	};
	atomic {
		if
#ifndef MUTANT_PAGE_IN_USE
		:: !err && !armed && at_once && fate == HEADER_PAGE_LOST -> err = 1
		/* Where the page is, the kernel log says, if it says so still. */
		:: !err && !armed && !at_once && capture_boot && frees_header -> err = 1
		:: !err && !armed && !at_once && capture_boot && frees_header && page != PAGE_OURS ->
			kernel_take_page(fate);
			err = (fate != HEADER_PAGE_TAKEN);
			fate = 0
#endif
		:: else
		fi
	};
	atomic {
		if
		:: !err && !armed -> kernel_register((at_once && fate == HEADER_PAGE_EXPOSED), err)
		:: else
		fi;
		armed = 0
	};
	atomic {
		if
		:: !err -> call(err)
		:: else
		fi;
		if
		:: err || !registered -> err = 1; told = told || accepted || !held
		:: else
		fi
	}
}

/* What release and a late capture ask of a dump that was saved: target/commit.c: target_confirm() */
#define CAN_CONFIRM(f)	(dir_seen[f] && name_seen[f] && file_seen[f] == WHOLE)
inline prove(f)
{
	sync_dir(f);
	sync_base(f);
	file_disk[f] = file_seen[f]
}

/* target/directory.c: may_use(): a dump's directory is never used again, nor is another capture's. That needs no telling while there is one. */
#ifdef LIMIT_LOCK
bit dir_lock[ALL];
#define TAKEN(f)	(name_seen[f] || dir_lock[f])
#define USE(f, on)	dir_lock[f] = on
#else
#define TAKEN(f)	name_seen[f]
#define USE(f, on)	skip
#endif

/* A place that fails is dropped from the pass. */
inline write_pages(n)
{
	if
	:: well[n] -> file_seen[n * PLACES + at[n]] = PART
	:: well[n] && faults -> faults--; well[n] = 0
	:: else
	fi
}

inline end_pages(n, whole)
{
	if
	:: well[n] && (whole) -> file_seen[n * PLACES + at[n]] = WHOLE
	:: else
	fi
}

#ifdef MUTANT_LOCK_IN_SHELL
#define LOCK_IN_SHELL	true
#else
#define LOCK_IN_SHELL	false
#endif
#ifdef MUTANT_CUT_STREAM
#define CUT	true
#else
#define CUT	false
#endif
#ifdef MUTANT_ONE_IS_ALL
#define ALL_OR_NONE	false
#else
#define ALL_OR_NONE	require_all
#endif

#ifdef MUTANT_ONE_LOG_IS_ALL
#define LOGS_ALL_OR_NONE	false
#else
#define LOGS_ALL_OR_NONE	ALL_OR_NONE
#endif

#ifdef MUTANT_LOG_ALWAYS
#define LOG_MAY_DO	true
#else
#define LOG_MAY_DO	log_enough
#endif

#ifdef MUTANT_LOG_BESIDE
#define NOBODY_HAS	!has[i]
#else
#define NOBODY_HAS	(!has[0] && !has[1])
#endif

#ifdef MUTANT_PERSON_FORBIDDEN
#define MAY_BE_FORBIDDEN	true
#else
#define MAY_BE_FORBIDDEN	(who != PERSON)
#endif

proctype Program(mtype:runner who)
{
	mtype:task what;
	mtype:run_outcome outcome;
	mtype:release_result r;
	mtype:verdict_kind v;
	mtype:header_page fate;
	bit err, no_release, force, locked, looked, mine, have_receipt, have_log, released, unclear, armed, shell, service;
	bit old_same, old_mine, old_kept, old_released, old_unclear, old_there;
	bit begun, by_hand, last, spent, fed, stopped, forbidden, log_put;	/* guard.pml; log_put: the last attempt has done all it does */
	bit held_dir[TARGETS], well[TARGETS], has[TARGETS], logged[TARGETS];	/* the directory; the file so far; the receipt; or the log's */
	byte n, kept, f, i, old_place, turns, at[TARGETS], saved[TARGETS];	/* saved: 0, or 1 + the directory */

	{
	skip;
next:
	atomic {
		what = REST;
		if
		:: who == FIRST && !turns && max_attempts && !begun -> what = BEGIN
		:: who == FIRST && !turns && (!max_attempts || begun) -> what = CAPTURE
		:: who == FIRST && !turns && begun && faults -> faults--	/* it could not be started */
		:: (who == LATE || who == LAST) && turns < late_turns && vmcore && (!no_late || !service) -> what = CAPTURE
		:: (who == LATE || who == LAST) && turns < late_turns && !(vmcore && !no_late) && !service -> what = REGISTER
		:: who == PERSON && turns < person_turns ->
			if
			:: what = CAPTURE
			:: what = CAPTURE; no_release = 1
			:: what = RELEASE
			:: what = RELEASE; force = 1
			:: what = DELETE
			:: skip
			fi
		:: else
		fi;
		turns = turns + (what != BEGIN);
		if
		:: what == BEGIN -> goto begin
		:: what == CAPTURE -> goto capture
		:: what == RELEASE -> goto release
		:: what == REGISTER -> goto register
		:: what == DELETE -> goto delete
		:: what == REST -> goto rest
		fi
	};

/* cmd/guard.c: begin(); run/guard_boot.c: guard_boot_begin() */
begin:
	begun = 1;
	atomic {
		call(err);
		if
		:: err || !vmcore -> err = 0; goto next
		:: else
		fi
	};
	guard_boot_count();
	atomic {
		if
		:: !err && n <= max_attempts -> watchdog_arm()
		:: else
		fi;
		n = 0;
		err = 0
	};
	goto next;

/* run/run.c: capture() */
capture:
	atomic {
		call(err);
		judge(v);
		if
#ifdef MUTANT_RECORD_UNLOCKED
		:: err -> outcome = RUN_FAILED; goto record
#else
		:: err -> outcome = RUN_FAILED; goto ended
#endif
		:: !err && v == VERDICT_NONE -> outcome = RUN_NO_DUMP; goto ended
		:: !err && v != VERDICT_NONE && (who == LATE || who == LAST) && no_late ->	/* leave_to_others() */
			outcome = (v == VERDICT_DUMP || v == VERDICT_BAD_CORE || v == VERDICT_NO_VMCORE -> RUN_LEFT : RUN_NO_DUMP); goto ended
		:: else
		fi
	};
	atomic {
		if
#ifdef MUTANT_NO_LOCK
		:: skip
#else
#ifdef MUTANT_WAITS
		:: lock -> goto capture
#endif
		:: lock ->
			assert(!shell);		/* a person in the rescue shell is not told to wait */
			outcome = RUN_BUSY;
			goto ended
		:: !lock -> lock = 1; locked = 1
#endif
#ifdef LIMIT_LOCK
		:: skip				/* the lock file cannot be made: a dump counts for more */
#endif
		fi
	};
#ifndef MUTANT_NO_SECOND_LOOK
	atomic {
		call(err);
		judge(v);
		if
		:: err -> outcome = RUN_FAILED; goto record
		:: !err && v == VERDICT_NONE -> outcome = RUN_NO_DUMP; goto ended
		:: else
		fi;
		looked = 1;
		if
		:: v == VERDICT_DUMP -> goto identify
		:: else
		fi
	};
#else
	looked = 1;
	if
	:: v == VERDICT_DUMP -> goto identify
	:: else
	fi;
#endif

	/* explain_unusable() */
	if
	:: (v == VERDICT_REFUSED || v == VERDICT_UNDECIDED) && !no_release -> register_for_crash(false)
	:: else		/* VERDICT_BAD_CORE, VERDICT_NO_VMCORE, VERDICT_FADUMP_OFF */
	fi;
	outcome = RUN_INVALID;
	goto record;

identify:
	atomic {
		call(err);
		if
		:: err || !vmcore -> outcome = RUN_FAILED; goto record
		:: else -> mine = 1
		fi;
		v = 0;
		if
		:: max_attempts && !IN_INITRAMFS && MAY_BE_FORBIDDEN -> guard_forbids(forbidden)
		:: else
		fi;
		if
		:: forbidden -> outcome = RUN_EXHAUSTED; goto ended
		:: !forbidden && (!max_attempts || !IN_INITRAMFS) -> goto look_back
		:: else
		fi
	};
	guard_start();
	atomic {
		if
		:: spent -> outcome = RUN_EXHAUSTED; goto ended
		:: else
		fi
	};

look_back:
	/* look_back(), leave_alone() */
	atomic {
		if
		:: (who == LATE || who == LAST) && rec_there && rec_mine -> saved[0] = rec_saved[0]; saved[1] = rec_saved[1]
		:: else
		fi;
		if
#ifdef MUTANT_LATE_GIVES_UP
		:: (who == LATE || who == LAST) && rec_there -> outcome = RUN_KEPT; goto ended
#endif
		:: !(who == LATE || who == LAST) || !rec_there || !rec_mine || !rec_place -> goto save
		:: else ->
			if
			:: rec_kept || rec_unclear -> outcome = RUN_KEPT; goto ended
			:: else
			fi
		fi
	};

/* run/confirm.c: confirm_saved(), confirm_at(); target/commit.c: target_confirm() */
confirm:
	release_possible();
	atomic {
		if
		:: r == RELEASE_DONE ->
			call(err);
			if
			:: err || !vmcore || !rec_there || !rec_mine || !rec_place -> r = RELEASE_REFUSED
			:: else -> f = rec_place - 1
			fi
		:: else
		fi
	};
#ifdef MUTANT_RECORD_IS_PROOF
	have_receipt = (r == RELEASE_DONE);
#else
	atomic {
		if
		:: r == RELEASE_DONE ->
			call(err);
			if
			:: !err && CAN_CONFIRM(f) -> prove(f); have_receipt = 1
			:: else -> r = RELEASE_REFUSED
			fi
		:: else
		fi
	};
#endif
	atomic {
		err = 0;
		if
		:: have_receipt -> goto give
		:: !have_receipt && what == RELEASE -> goto released_by_hand
		:: else -> f = 0
		fi
	};

/* run/run.c: try_targets(); run/attempt.c: attempt_pass(): each target by itself, or both in one pass */
save:
	atomic {
		i = 0;
		assert(!USED_UP || who == PERSON)	/* what is used up nobody but a person tries */
	};
prepare:
	/* has_it_already() */
	atomic {
		f = i * PLACES + (saved[i] -> saved[i] - 1 : 0);
		if
		:: saved[i] ->
#ifdef MUTANT_SAVED_IS_PROOF
			has[i] = 1
#else
			call(err);
			if
			:: !err && CAN_CONFIRM(f) -> prove(f); has[i] = 1
			:: else
			fi
#endif
		:: else
		fi
	};
	/* run/place.c: place_prepare(): a directory with a dump in it is never used again */
	atomic {
		if
		:: has[i] -> err = 0; at[i] = saved[i] - 1
		:: !has[i] ->
			call(err);
			f = i * PLACES;
			if
			:: err
			:: !err && !TAKEN(f)
			:: !err && TAKEN(f) && !TAKEN(f + 1) -> f++
			:: !err && TAKEN(f) && TAKEN(f + 1) -> no_place = 1; err = 1
			:: !err && faults -> faults--; goto hang
			fi;
			at[i] = f % PLACES;
			if
			:: last && !err ->
				/* put_dmesg(); then run/plan.c: run_plan(), place_ready(): no dump */
				call(err);
				log_seen[i] = log_seen[i] || !err;
				log_disk[i] = log_seen[i];
#ifdef MUTANT_LOG_ANYWHERE
				log_put = 1;
#else
				log_put = !err;
#endif
#ifndef MUTANT_LAST_IS_WHOLE
				err = 1
#endif
			:: else
			fi;
			if
			:: !err -> held_dir[i] = 1; well[i] = 1; dir_seen[f] = 1; create_file(f); USE(f, 1)
			:: else
			fi
		fi;
		err = 0;
		i++;
		if
		:: together && i < TARGETS -> goto prepare
		:: else -> i = (together -> 0 : i - 1)
		fi
	};
	/* stream(), sink_write(): the pages go to vmcore.incomplete, which nothing takes for a dump */
	atomic {
		write_pages(0);
		write_pages(1);
		if
		:: well[0] || well[1] -> call(err); err = err || !vmcore
		:: else
		fi;
		if
		:: err && !CUT -> well[0] = 0; well[1] = 0
		:: else
		fi;
		end_pages(0, !err);
		end_pages(1, !err);
		err = 0
	};
finish:
	atomic {
		f = i * PLACES + at[i];
		if
		:: has[i] -> goto finished
		:: !has[i] && !well[i] -> goto abandon
		:: else
		fi;
		assert(!last);		/* a last attempt completes nothing */
#ifdef MUTANT_RECEIPT_FIRST
		file_disk[f] = file_seen[f];
		have_receipt = 1;
		goto give
#endif
	};
	/* place_finish(), commit(); target/commit.c: target_commit(), prove_file() */
#ifndef MUTANT_NO_FSYNC
	atomic {
		call(err);
		if
		:: !err -> file_disk[f] = file_seen[f]
		:: err -> goto abandon
		:: !err && faults -> faults--; goto hang
		fi
	};
#endif
	/* target/directory.c: directory_publish(): rename, the name's directory, the directory's own */
	atomic {
		call(err);
		if
		:: !err -> change_name(f, 1)
		:: else -> goto abandon
		fi
	};
#ifndef MUTANT_NO_DIR_FSYNC
	atomic {
		call(err);
		if
		:: !err -> sync_dir(f)
		:: else
		fi
	};
#endif
#ifndef MUTANT_NO_BASE_FSYNC
	atomic {
		if
		:: !err ->
			call(err);
			if
			:: !err -> sync_base(f)
			:: else
			fi
		:: else
		fi
	};
#endif
	atomic {
		if
		:: !err -> has[i] = 1; goto finished
		:: err -> change_name(f, 0)
		:: err		/* cannot be renamed back: whole, and nobody's proof */
		fi
	};
abandon:
	/* directory_abandon(): the directory goes only when nothing is in it */
	atomic {
		if
		:: held_dir[i] && !name_seen[f] -> remove_file(f)
		:: else
		fi;
		err = 0
	};
finished:
	atomic {
		if
		:: held_dir[i] -> USE(i * PLACES + at[i], 0)
		:: else
		fi;
		held_dir[i] = 0;
		well[i] = 0;
		saved[i] = (has[i] -> 1 + f % PLACES : saved[i]);
		if
		:: together && i < TARGETS - 1 -> i++; goto finish
		:: else -> i = (together -> 0 : i)
		fi
	};
	/* run/attempt.c: limit_rate(), give_up_in_time(): for a pass in which nobody has the dump; run/place.c: place_keep_log() */
keep_log:
	if
	:: LOG_MAY_DO && NOBODY_HAS ->
		atomic {
			call(err);
			log_seen[i] = log_seen[i] || !err
		};
#ifndef MUTANT_LOG_UNSYNCED
		atomic {
			if
			:: !err ->
				call(err);
				log_disk[i] = log_disk[i] || !err
			:: else
			fi
		};
#endif
		logged[i] = !err;
		err = 0
	:: !has[i] || !log_enough || together	/* not over the rate, or not the deadline's fault */
	:: else
	fi;
	/* run/attempt.c: judge() */
	atomic {
		i++;
		if
		:: together && i < TARGETS -> goto keep_log
		:: else -> i--
		fi;
		if
		:: has[0] && (has[1] || logged[1] || !ALL_OR_NONE) -> f = saved[0] - 1; have_receipt = 1
		:: !has[0] && has[1] && (logged[0] || !ALL_OR_NONE) -> f = PLACES + saved[1] - 1; have_receipt = 1
		:: !has[0] && !has[1] -> have_log = (LOGS_ALL_OR_NONE -> logged[0] && logged[1] : logged[0] || logged[1])
		:: else
		fi;
#ifdef MUTANT_LAST_RELEASES
		have_log = have_log || log_put;
#endif
		at[0] = 0; at[1] = 0; has[0] = 0; has[1] = 0; logged[0] = 0; logged[1] = 0;
		if
		:: have_receipt || have_log
		:: !have_receipt && !have_log && !log_put && i < TARGETS - 1 -> i++; goto prepare
		:: else -> assert(!log_put || log_seen[i]); outcome = RUN_FAILED
		fi;
		i = 0
	};
#ifndef MUTANT_RELEASE_ANYWAY
	if
	:: !have_receipt && !have_log -> goto record
	:: else
	fi;
#endif

/* run/release.c: release_memory(), release_by_policy(), give_back() */
give:
	if
	:: what == CAPTURE && no_release -> outcome = RUN_CAPTURED; goto record
	:: else
	fi;
	release_possible();
	atomic {
		if
		:: r == RELEASE_DONE && !force ->
			call(err);
			if
			:: err || !vmcore -> r = RELEASE_REFUSED; err = 0
			:: else
			fi
		:: else
		fi;
		if
		:: r != RELEASE_DONE -> goto given_back
		:: else -> fate = HEADER_PAGE_SAFE
		fi
	};
	atomic {
		assert(!((who == LATE || who == LAST) && rec_kept && rec_place));	/* what a person wants kept is kept */
		assert(!last || have_log);	/* a last attempt gives nothing back, unless the rate limit does */
		/* with require-all every target has it, or each has its log */
		assert(force || !require_all || gone || (LASTS(0) || LASTS(1)) && (LASTS(2) || LASTS(3)) || log_enough && log_disk[0] && log_disk[1]);
		kernel_release(force, err);
		if
		:: err -> r = RELEASE_FAILED; err = 0; goto given_back
		:: else
		fi
	};
	atomic {
		if
		:: frees_header -> kernel_take_page(fate)
		:: else
		fi
	};
	atomic {
		call(err);
		if
		:: err || vmcore -> r = RELEASE_UNCLEAR; told = 1
		:: else
		fi;
		err = 0
	};
#ifdef LIMIT_KILLED
	if
	:: goto killed
	:: skip
	fi;
#endif
given_back:
	if
	:: what == RELEASE -> goto released_by_hand
	:: else
	fi;
	/* run/run.c: give_back() */
	atomic {
		released = (r == RELEASE_DONE);
		unclear = (r == RELEASE_UNCLEAR);
		if
		:: r != RELEASE_DONE && r != RELEASE_NOT_NEEDED -> outcome = RUN_NOT_GIVEN; goto record
		:: else
		fi
	};
#ifdef MUTANT_NO_REGISTER
	outcome = RUN_CAPTURED;
#else
	register_for_crash(released);
	outcome = (err -> RUN_NOT_REGISTERED : RUN_CAPTURED);
#endif
	assert(outcome != RUN_CAPTURED || registered);	/* what is given back is armed, or it is said that it is not */

/* run/record.c: record_write(), add_place() */
record:
	atomic {
		err = 0;
		old_there = rec_there;
		old_same = rec_there && (!mine || rec_mine);
		old_mine = rec_mine;
		old_place = rec_place;
		old_kept = rec_kept;
		old_released = rec_released;
		old_unclear = rec_unclear
	};
	atomic {
#ifdef LIMIT_RECORD
		call(err);
#endif
		if
		:: err -> err = 0
		:: else ->
			rec_there = 1;
			rec_mine = (old_same -> old_mine : mine);
			rec_place = (have_receipt -> 1 + f : (old_same -> old_place : 0));
			rec_saved[0] = saved[0];
			rec_saved[1] = saved[1];
			rec_kept = no_release || old_same && old_kept && !have_receipt;
			rec_released = released || OF_THIS_BOOT && old_released;
			rec_unclear = unclear || OF_THIS_BOOT && old_unclear
		fi;
		old_there = 0; old_same = 0; old_mine = 0; old_place = 0; old_kept = 0; old_released = 0; old_unclear = 0
	};
	/* "failed to save the dump to any target; nothing was released" */
	assert(outcome != RUN_FAILED || !looked || vmcore);
	goto ended;

release:
	atomic {
		if
		:: !capture_boot
#ifdef MUTANT_NO_LOCK
		:: skip
#else
		:: capture_boot && lock -> assert(!shell); goto ended
		:: capture_boot && !lock -> lock = 1; locked = 1
#endif
#ifdef LIMIT_LOCK
		:: skip
#endif
		fi
	};
	if
	:: force -> goto give
	:: else -> goto confirm
	fi;

/* cmd/release.c: release(); run/record.c: record_released() */
released_by_hand:
	if
	:: r == RELEASE_DONE || r == RELEASE_UNCLEAR ->
		atomic {
			gone = gone || force;
#ifdef LIMIT_RECORD
			call(err);
#endif
			if
			:: err -> err = 0
			:: else ->
				rec_there = 1;
				rec_released = (r == RELEASE_DONE);
				rec_unclear = (r == RELEASE_UNCLEAR)
			fi
		}
	:: else
	fi;
	if
	:: r == RELEASE_DONE -> register_for_crash(true)
	:: else
	fi;
	goto ended;

register:
	register_for_crash(false);
	service = !err;
	goto ended;

/* A person's rm, while nothing of ours runs. */
delete:
	atomic {
#ifdef LIMIT_LOCK
		goto ended;
#endif
		if
		:: lock -> goto ended
		:: !lock
		fi;
		if
		:: name_seen[0] -> f = 0
		:: name_seen[1] -> f = 1
		:: name_seen[2] -> f = 2
		:: name_seen[3] -> f = 3
		:: else -> goto ended
		fi;
		change_name(f, 0);
		gone = 1
	};
	goto ended;

#ifdef LIMIT_KILLED
killed:
#endif
ended:
	atomic {
		if
		:: max_attempts && what == CAPTURE && !stopped -> goto stop_guard
		:: else
		fi;
		/* What is used up is kept; a person may take it, in the running system. */
		assert(vmcore && (who != PERSON || shell) || outcome != RUN_EXHAUSTED || !max_attempts);
		/* Each name that the C code has is reached: tests/model/run looks for what is not. */
		if
		:: outcome == RUN_CAPTURED
		:: outcome == RUN_NOT_GIVEN
		:: outcome == RUN_NOT_REGISTERED
		:: outcome == RUN_NO_DUMP
		:: outcome == RUN_INVALID
		:: outcome == RUN_FAILED
		:: outcome == RUN_BUSY
		:: outcome == RUN_KEPT
		:: RUN_EXHAUSTED == outcome	/* only where attempts are counted */
		:: outcome == RUN_LEFT
		:: outcome == 0
		fi;
		if
		:: r == RELEASE_DONE
		:: r == RELEASE_NOT_NEEDED
		:: r == RELEASE_REFUSED
		:: r == RELEASE_FAILED
		:: r == RELEASE_UNCLEAR
		:: r == 0
		fi;
		if
		:: fate == HEADER_PAGE_SAFE
		:: fate == HEADER_PAGE_TAKEN
		:: fate == HEADER_PAGE_EXPOSED
		:: fate == HEADER_PAGE_LOST
		:: fate == 0
		fi;
		if
		:: locked && !(LOCK_IN_SHELL && who == FIRST) -> lock = 0; locked = 0
		:: else
		fi;
		/* run/policy.c: policy_apply(), in the initramfs; a shell's commands are a person's */
		if
		:: who == FIRST && outcome != RUN_NO_DUMP && outcome != RUN_BUSY && outcome != RUN_KEPT && outcome != RUN_EXHAUSTED ->
			if
			:: skip					/* CONFIG_ACTION_CONTINUE after a success, _LATE_CAPTURE */
			:: !have_receipt && !have_log -> no_late = 1	/* CONFIG_ACTION_CONTINUE */
			:: rebooting = 1			/* CONFIG_ACTION_REBOOT, _POWEROFF, _HALT */
			:: assert(!dog || undying);	/* nobody is reset in a shell */
				shell = 1; who = PERSON; turns = (person_turns -> person_turns - 1 : 0); no_late = !have_receipt && !have_log
			fi
		:: else
		fi;
		outcome = 0; r = 0; v = 0; fate = 0; err = 0; no_release = 0; force = 0; looked = 0; mine = 0; have_receipt = 0; have_log = 0;
		released = 0; unclear = 0; f = 0; saved[0] = 0; saved[1] = 0; last = 0; spent = 0; stopped = 0; forbidden = 0; log_put = 0
	};
	goto next;

stop_guard:
	guard_stop();
	stopped = 1;
	goto ended;

hang:
	atomic {
		/* One that hangs is reset, when nothing else goes wrong. */
		assert(!max_attempts || !IN_INITRAMFS || dog || !nv_there || faults < fault_limit - 1);
		hung = 1
	};
end_hung:
	false;
rest:
	atomic {
		if
		:: begun -> guard_boot_end(); assert(!dog || undying)	/* the boot does not go on under it */
		:: else
		fi;
		lock = lock && !locked
	}
	} unless { down };
	live--
}
