// SPDX-License-Identifier: GPL-2.0-or-later
#include "cmd/doc.h"

#include "cmd/cmd.h"
#include "config/keys.h"

#include <errno.h>
#include <string.h>

#define TEXT_WIDTH 70 /* before escapes */

/* One character of text, so that roff takes it for that and nothing else. */
static void put_char(FILE *f, char c)
{
	if (c == '-')
		fputs("\\-", f);
	else if (c == '\\')
		fputs("\\e", f);
	else
		fputc(c, f);
}

/* Does a sentence end with this word? */
static bool ends_sentence(const char *word, size_t len)
{
	return len > 2 && word[len - 1] == '.' && word[len - 2] != '.';
}

/* Running text, filled to short lines, each sentence on its own: each line of s is a paragraph. */
static void put_text(FILE *f, const char *s)
{
	size_t column = 0, i;

	while (*s) {
		size_t n = strcspn(s, " \n");

		if (column && column + 1 + n > TEXT_WIDTH) {
			fputc('\n', f);
			column = 0;
		}
		if (column)
			fputc(' ', f);
		else if (*s == '.' || *s == '\'')
			fputs("\\&", f);
		for (i = 0; i < n; i++)
			put_char(f, s[i]);
		column += n + (column != 0);
		if (s[n] == '\n') {
			fputs("\n.IP", f);
			column = TEXT_WIDTH;
		} else if (ends_sentence(s, n)) {
			column = TEXT_WIDTH;
		}
		s += n + (s[n] != '\0');
	}
	fputc('\n', f);
}

static char font_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return 'I';
	return strchr(" []|", c) ? 'R' : 'B';
}

/* "[FLAT|-] OUT": what is typed as it is in bold, what stands for something in italics. */
static void put_syntax(FILE *f, const char *s)
{
	char font = 'R';

	for (; *s; s++) {
		/* A dash within capitals belongs to their word, a blank needs no change. */
		if (font_of(*s) != font && *s != ' ') {
			font = font_of(*s);
			fprintf(f, "\\f%c", font);
		}
		put_char(f, *s);
	}
	if (font != 'R')
		fputs("\\fR", f);
}

static void put_sentence(FILE *f, const char *s)
{
	if (*s >= 'a' && *s <= 'z')
		fputc(*s++ - 'a' + 'A', f);
	for (; *s; s++)
		put_char(f, *s);
	fputs(".\n", f);
}

static void put_command(FILE *f, const struct cmd *c)
{
	const struct cmd_option *o;

	fprintf(f, ".TP\n\\fB%s\\fR", c->name);
	if (c->options)
		fputs(" [\\fIOPTIONS\\fR]", f);
	if (c->args && *c->args) {
		fputc(' ', f);
		put_syntax(f, c->args);
	}
	fputc('\n', f);
	put_sentence(f, c->summary);
	if (c->details) {
		fputs(".IP\n", f);
		put_text(f, c->details);
	}
	if (!c->options)
		return;
	fputs(".RS\n", f);
	for (o = c->options; o->name; o++) {
		fputs(".TP\n", f);
		put_syntax(f, o->name);
		if (o->value) {
			fputc(' ', f);
			put_syntax(f, o->value);
		}
		fputc('\n', f);
		put_sentence(f, o->help);
	}
	fputs(".RE\n", f);
}

static void put_commands(FILE *f)
{
	const struct cmd *c;

	for (c = commands; c->name; c++) {
		if (!c->hidden)
			put_command(f, c);
	}
}

static void put_keys(FILE *f)
{
	const struct config_key *key;
	size_t i;

	for (i = 0; i < config_keys_len; i++) {
		key = &config_keys[i];
		fputs(".TP\n", f);
		put_syntax(f, key->name);
		fputs(" = ", f);
		put_syntax(f, key->values);
		fputc('\n', f);
		put_text(f, key->help);
		fputs(".IP\nDefault: ", f);
		put_syntax(f, *key->def ? key->def : "none");
		fputs(".\n", f);
	}
}

static const struct {
	const char *mark;
	void (*put)(FILE *f);
} blocks[] = {{"@COMMANDS@", put_commands}, {"@KEYS@", put_keys}};

static bool put_block(FILE *f, const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		if (strlen(blocks[i].mark) == len && memcmp(blocks[i].mark, line, len) == 0) {
			blocks[i].put(f);
			return true;
		}
	}
	return false;
}

/* Prose. False when an "@" is left that is not the version's. */
static bool put_prose(FILE *f, const char *line, size_t len)
{
	static const char mark[] = "@VERSION@";
	const char *end = line + len, *at;

	while ((at = memchr(line, '@', (size_t)(end - line)))) {
		(void)fwrite(line, 1, (size_t)(at - line), f);
		if ((size_t)(end - at) < strlen(mark) || memcmp(at, mark, strlen(mark)) != 0)
			return false;
		fputs(VERSION, f);
		line = at + strlen(mark);
	}
	(void)fwrite(line, 1, (size_t)(end - line), f);
	fputc('\n', f);
	return true;
}

int doc_man(FILE *f, const char *template, size_t len, unsigned int *line)
{
	const char *p = template, *end = template + len;
	unsigned int number = 0;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((newline ? newline : end) - p);

		number++;
		if (!put_block(f, p, n) && !put_prose(f, p, n)) {
			*line = number;
			return -EINVAL;
		}
		p = newline ? newline + 1 : end;
	}
	return 0;
}
