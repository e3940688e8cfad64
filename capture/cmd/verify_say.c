// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/verify_parts.h"

#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static json_object *digest_object(const struct verify *v)
{
	json_object *o = json_object_new_object();
	char text[DIGEST_TEXT];

	json_add_text(o, "algorithm", DIGEST_ALGORITHM);
	digest_format(v->digest, text);
	json_add_text(o, "value", text);
	digest_format(v->manifest.digest, text);
	json_add_text(o, "manifest", v->manifest.have_digest ? text : NULL);
	json_add_tristate(o, "matches", v->manifest.have_digest ? !v->differs[0] : -1);
	return o;
}

/* No dump as crash and drgn open it. */
static bool is_odd(const struct verify *v)
{
	return v->format != DUMP_FORMAT_KDUMP && dump_format_advice(v->format)[0];
}

/* How far it was looked at. */
static const char *checked(const struct verify *v)
{
	if (v->unread || (v->format == DUMP_FORMAT_FLAT && v->inner != DUMP_FORMAT_KDUMP))
		return "stream";
	return v->full ? "full" : "structure";
}

static void print_json(const struct verify *v, const char *problem)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "path", v->place.path);
	json_add_bool(o, "valid", !problem);
	json_add_text(o, "checked", checked(v));
	json_add_bool(o, "flattened", v->format == DUMP_FORMAT_FLAT);
	json_add_bool(o, "unproved", v->place.unproved);
	json_add_text(o, "problem", problem);
	json_add_text(o, "warning", v->doubt[0] ? v->doubt : NULL);
	json_add_text(o, "advice", is_odd(v) ? dump_format_advice(v->format) : NULL);
	json_add_text(o, "release", v->info.release);
	json_add_number(o, "bytes", v->info.size);
	json_add_number(o, "pages", v->info.pages);
	json_add_number(o, "block_size", v->info.block_size);
	json_add_number(o, "dump_level", (uint64_t)v->info.dump_level);
	json_add_child(o, "digest", v->have_digest ? digest_object(v) : NULL);
	json_print(o);
}

/* It could not be looked at; whether it is whole is not known. */
int verify_say_unknown(const struct verify *v, int err)
{
	const struct kdump_problem *problem = &v->problem;
	const char *why = v->place.why[0]  ? v->place.why
			  : err == -EINVAL ? "not a regular file"
					   : strerror(-err);
	struct log *log = &v->app->log;

	if (err == -ELIBACC)
		log_error(log, "%s: %s", v->place.path, problem->text);
	else if (problem->text[0])
		log_error(log, "%s: byte %llu: %s: %s", v->place.path,
			  (unsigned long long)problem->at, problem->text, why);
	else
		log_error(log, "%s: %s", v->place.path, why);
	return cmd_json_error(v->app, v->json, EXIT_FAILED);
}

static void say_what_it_is(const struct verify *v)
{
	log_error(&v->app->log, "%s: it is %s: %s", v->place.path, dump_format_text(v->format),
		  dump_format_advice(v->format));
}

int verify_say_bad(const struct verify *v)
{
	bool stream = v->format == DUMP_FORMAT_FLAT && v->flat.problem != FLAT_OK &&
		      v->flat.problem != FLAT_AFTER_END;
	char text[220];

	(void)snprintf(text, sizeof(text), "byte %llu: %s", (unsigned long long)v->problem.at,
		       v->problem.text);
	if (v->place.why[0])
		(void)snprintf(text, sizeof(text), "%.200s", v->place.why);
	if (v->json)
		print_json(v, v->differs[0] ? v->differs : text);
	if (v->differs[0])
		log_error(&v->app->log, "%s: not what was captured: %s", v->place.path, v->differs);
	if (v->place.why[0])
		log_error(&v->app->log, "%s: %s", v->place.path, v->place.why);
	else if (v->problem.text[0])
		log_error(&v->app->log, "%s: %s: %s", v->place.path,
			  stream ? "not a whole flattened dump"
			  : v->format == DUMP_FORMAT_FLAT
				  ? "the dump in the flattened stream is not whole"
				  : "not a whole dump",
			  text);
	if (is_odd(v) && v->format != DUMP_FORMAT_FLAT)
		say_what_it_is(v);
	return EXIT_INVALID;
}

static void say_flattened(const struct verify *v)
{
	const char *raw = v->flat.trailing ? " --raw" : "";

	if (v->unread)
		printf("%s: a flattened dump; its stream is whole, and too scattered to look at "
		       "the "
		       "dump in it\n",
		       v->place.path);
	else if (v->inner == DUMP_FORMAT_ELF)
		printf("%s: a flattened dump; its stream is whole, and the ELF dump in it was not "
		       "checked\n",
		       v->place.path);
	if (v->flat.trailing)
		printf("%s: %llu bytes stand after the stream's end, as on a raw partition\n",
		       v->place.path, (unsigned long long)v->flat.trailing);
	printf("%s: it is flattened, as makedumpfile -F prints it: 'fadump-ng unflatten%s %s OUT' "
	       "makes an ordinary dump of it\n",
	       v->place.path, raw, v->place.path);
}

static void say_kdump(const struct verify *v)
{
	char text[DIGEST_TEXT];

	printf("%s: %s: %llu pages of %s, %llu bytes\n", v->place.path,
	       v->full ? "every page is whole" : "structure is whole",
	       (unsigned long long)v->info.pages, v->info.release,
	       (unsigned long long)v->info.size);
	if (v->have_digest) {
		digest_format(v->digest, text);
		printf("%s: digest %s%s\n", v->place.path, text,
		       v->manifest.have_digest ? ", as in the manifest"
					       : ", there is none to compare it with");
	}
}

int verify_say_good(const struct verify *v)
{
	struct log *log = &v->app->log;

	if (v->full && !v->manifest.have_digest && v->manifest.algorithm[0])
		log_warning(log,
			    "%s: the manifest has a digest of a kind that is not known here: %s",
			    v->place.path, v->manifest.algorithm);
	if (v->place.unproved)
		log_warning(log,
			    "%s: its capture wrote all of it and could not prove that it lasts, so "
			    "it was never called vmcore%s",
			    v->place.path,
			    v->full && v->manifest.have_digest ? "; it is what was written" : "");
	if (v->doubt[0])
		log_warning(log, "%s: %s", v->place.path, v->doubt);
	if (v->place.also[0])
		log_warning(log, "%s: not looked at, beside it: %s", v->place.path, v->place.also);
	if (v->json) {
		print_json(v, NULL);
		return EXIT_DONE;
	}
	if (strcmp(checked(v), "stream") != 0)
		say_kdump(v);
	if (v->format == DUMP_FORMAT_FLAT)
		say_flattened(v);
	return EXIT_DONE;
}
