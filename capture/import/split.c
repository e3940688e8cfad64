// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One word from *from to *to, both of which move on; what is written is never longer. */
static void copy_word(const char **from, char **to, bool *open)
{
	const char *s = *from;
	char *t = *to, quote = '\0';

	for (; *s && (quote || !is_blank(*s)); s++) {
		if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = (char)(quote ? '\0' : *s);
		else if (*s == '\\' && !quote && s[1])
			*t++ = *++s;
		else
			*t++ = *s;
	}
	*t++ = '\0';
	*open = quote;
	*from = s;
	*to = t;
}

int word_list_init(const char *text, struct word_list *out)
{
	size_t len = strlen(text);
	char *to;

	/* Words are parted by one blank at least. */
	*out = (struct word_list){
		.words = calloc(len / 2 + 2, sizeof(char *)),
		.text = malloc(len + 2),
	};
	if (!out->words || !out->text)
		return -ENOMEM;
	for (to = out->text;;) {
		while (is_blank(*text))
			text++;
		if (!*text)
			return 0;
		out->words[out->n++] = to;
		copy_word(&text, &to, &out->open);
	}
}

void word_list_deinit(struct word_list *list)
{
	free(list->words);
	free(list->text);
	*list = (struct word_list){0};
}
