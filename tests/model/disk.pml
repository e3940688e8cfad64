/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The targets' file systems. A file has a state that programs see and one that is on the disk; between the two stands fsync, and a loss (of
 * power, or a reset) falls back to the second, or to anything between: what was not synced may have got there or not, each thing by itself.
 * What had got there before it was changed again is remembered at the change.
 *
 * For one crash a target has two directories, the crash's name and the name with .2; place f is directory f % PLACES of target f / PLACES.
 */
#define TARGETS	2
#define PLACES	2
#define ALL	4	/* TARGETS * PLACES */

#define NOTHING	0
#define PART	1
#define WHOLE	2

bit dir_seen[ALL], dir_disk[ALL];	/* the directory's name in the target's base */
bit name_seen[ALL];			/* vmcore is there; it is the file below */
byte name_disk[ALL];			/* 0; 1: it is the file below; 2: an earlier file, with old_disk in it */
byte file_seen[ALL], file_disk[ALL];	/* what is in the file that was written last */
byte old_disk[ALL];

/* What a release hangs on: a loss at this moment, however it goes, leaves a whole dump under its name. */
#define LASTS(f)	(dir_seen[f] && dir_disk[f] && name_seen[f] && name_disk[f] == 1 && file_disk[f] == WHOLE)
#define DURABLE		(LASTS(0) || LASTS(1) || LASTS(2) || LASTS(3))
/* By rate-limit or on-deadline = log-only the log is enough: one file a target, written, renamed and synced as a whole. */
bit log_enough, log_seen[TARGETS], log_disk[TARGETS];
#define LOGGED		(log_enough && (log_seen[0] && log_disk[0] || log_seen[1] && log_disk[1]))
/*
 * What is called vmcore is whole and on the disk, at every moment. Between rename and the directories' fsync a loss can take the name,
 * never the contents: then it is called vmcore.incomplete again, or nothing.
 */
#define PUBLISHED(f)	((!name_seen[f] || file_disk[f] == WHOLE) && (name_disk[f] != 1 || file_disk[f] == WHOLE) && \
			 (name_disk[f] != 2 || old_disk[f] == WHOLE))

/* Before a name changes: the old state may have got to the disk by itself. */
inline change_name(f, value)
{
	if
	:: name_seen[f] && name_disk[f] != 1 -> name_disk[f] = 1; old_disk[f] = NOTHING
	:: skip
	fi;
	name_seen[f] = value;
	assert(PUBLISHED(f))
}

/* An empty file. A vmcore that is on the disk still keeps what it has. */
inline create_file(f)
{
	if
	:: name_disk[f] == 1 -> name_disk[f] = 2; old_disk[f] = file_disk[f]
	:: else
	fi;
	file_seen[f] = NOTHING;
	file_disk[f] = NOTHING
}

/* vmcore.incomplete, and its directory. Where vmcore was on the disk for a moment it may come back. */
inline remove_file(f)
{
	if
	:: name_disk[f] == 0 -> dir_seen[f] = 0; dir_disk[f] = 0
	:: else
	fi;
	create_file(f)
}

inline sync_dir(f)
{
	name_disk[f] = name_seen[f];
	old_disk[f] = NOTHING;
	assert(PUBLISHED(f))
}

/* Two names in one base. */
inline sync_base(f)
{
	dir_disk[f - f % PLACES] = dir_seen[f - f % PLACES];
	dir_disk[f - f % PLACES + 1] = dir_seen[f - f % PLACES + 1]
}

/* What is found after a loss. */
inline lose(f)
{
	if
	:: dir_disk[f] != dir_seen[f] -> dir_disk[f] = dir_seen[f]
	:: skip
	fi;
	if
	:: file_seen[f] != file_disk[f] -> file_disk[f] = file_seen[f]
	:: file_seen[f] == WHOLE && file_disk[f] == NOTHING -> file_disk[f] = PART
	:: skip
	fi;
	if
	:: name_disk[f] != name_seen[f] -> name_disk[f] = name_seen[f]; old_disk[f] = NOTHING
	:: skip
	fi;
	if
	:: name_disk[f] == 2 -> file_disk[f] = old_disk[f]; old_disk[f] = NOTHING; name_disk[f] = 1
	:: else
	fi;
	if
	:: !dir_disk[f] -> name_disk[f] = 0
	:: else
	fi;
	if
	:: !name_disk[f] -> file_disk[f] = NOTHING
	:: else
	fi;
	dir_seen[f] = dir_disk[f];
	name_seen[f] = name_disk[f];
	file_seen[f] = file_disk[f];
	assert(PUBLISHED(f))
}

inline lose_log(t)
{
	if
	:: log_seen[t] -> log_disk[t] = 1
	:: skip
	fi;
	log_seen[t] = log_disk[t]
}

inline lose_unsynced()
{
	lose(0); lose(1); lose(2); lose(3);
	lose_log(0); lose_log(1)
}

inline sync_all()
{
	log_disk[0] = log_seen[0];
	log_disk[1] = log_seen[1];
	lost = 0;
	do
	:: lost < ALL ->
		dir_disk[lost] = dir_seen[lost];
		file_disk[lost] = file_seen[lost];
		name_disk[lost] = name_seen[lost];
		old_disk[lost] = NOTHING;
		lost++
	:: else -> break
	od;
	lost = 0
}

/* Another crash has another name: its directories are empty. */
inline new_places()
{
	log_seen[0] = 0; log_seen[1] = 0; log_disk[0] = 0; log_disk[1] = 0;
	lost = 0;
	do
	:: lost < ALL ->
		dir_seen[lost] = 0;
		dir_disk[lost] = 0;
		name_seen[lost] = 0;
		name_disk[lost] = 0;
		file_seen[lost] = NOTHING;
		file_disk[lost] = NOTHING;
		old_disk[lost] = NOTHING;
		lost++
	:: else -> break
	od;
	lost = 0
}
