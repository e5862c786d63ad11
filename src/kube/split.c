/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/split.h"

#define SPLIT_STATES(S)                                               \
	S(SPLIT_BEGIN) /* before the list's '{', or between frames */ \
	S(SPLIT_KEY) /* in the list's object, before or in a key */   \
	S(SPLIT_COLON) /* behind the key */                           \
	S(SPLIT_VALUE) /* before a value */                           \
	S(SPLIT_SKIP) /* in a value that nobody wants */              \
	S(SPLIT_ITEMS) /* in the items, between two */                \
	S(SPLIT_PIECE) /* in a piece */                               \
	S(SPLIT_AFTER) /* behind a value of the list's object */      \
	S(SPLIT_ENDED)                                                \
	S(SPLIT_REFUSED)

enum split_state {
#define S(name) name,
	SPLIT_STATES(S)
#undef S
};

void split_init(struct split *s, enum split_form form)
{
	struct buf piece = s->piece;

	buf_reset(&piece);
	*s = (struct split){.form = (uint8_t)form, .state = SPLIT_BEGIN, .piece = piece};
}

void split_fini(struct split *s)
{
	buf_fini(&s->piece);
}

bool split_complete(const struct split *s)
{
	return s->form == SPLIT_FRAMES ? s->state == SPLIT_BEGIN : s->state == SPLIT_ENDED;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Follows strings and nesting; false when the nesting is impossible. */
static bool step(struct split *s, char c)
{
	if (s->string) {
		if (s->escape)
			s->escape = false;
		else if (c == '\\')
			s->escape = true;
		else if (c == '"')
			s->string = false;
		return true;
	}
	if (c == '"')
		s->string = true;
	else if (c == '{' || c == '[')
		return ++s->depth <= SPLIT_DEPTH_MAX;
	else if (c == '}' || c == ']')
		return s->depth > s->base && s->depth-- > 0;
	return true;
}

static void begin_piece(struct split *s, enum split_result told)
{
	buf_reset(&s->piece);
	s->told = (uint8_t)told;
	s->base = s->depth;
	s->state = SPLIT_PIECE;
}

/* The value of the key at hand begins with <c>; false: it does not stand there. */
static bool begin_value(struct split *s, char c)
{
	struct str key = str_of(s->key, s->key_n);

	s->base = s->depth;
	if (c == '[' && str_eq(key, STR("items"))) {
		if (s->in_items)
			return false;
		s->in_items = true;
		s->depth++;
		s->state = SPLIT_ITEMS;
		return true;
	}
	s->state = SPLIT_SKIP;
	if (c == '{' && str_eq(key, STR("metadata")))
		begin_piece(s, SPLIT_META);
	return step(s, c);
}

/* One byte of a skipped value.  A scalar ends where its object goes on. */
static bool skip(struct split *s, char c)
{
	if (!s->string && s->depth == s->base && (c == ',' || c == '}')) {
		s->state = c == ',' ? SPLIT_KEY : SPLIT_ENDED;
		s->key_n = 0;
		return true;
	}
	return step(s, c);
}

static bool key_byte(struct split *s, char c)
{
	if (s->string) {
		AN(step(s, c));
		if (!s->string)
			s->state = SPLIT_COLON;
		else if (s->key_n < SPLIT_KEY_MAX)
			s->key[s->key_n++] = c;
		return true;
	}
	if (c == '}') {
		s->state = SPLIT_ENDED;
		return true;
	}
	s->key_n = 0;
	s->string = c == '"';
	return s->string;
}

/* One byte outside of pieces. */
static bool outside(struct split *s, char c)
{
	if (!s->string && is_space(c))
		return true;
	switch ((enum split_state)s->state) {
	case SPLIT_BEGIN:
		if (c != '{')
			return false;
		if (s->form == SPLIT_FRAMES)
			begin_piece(s, SPLIT_ITEM);
		else
			s->state = SPLIT_KEY;
		s->depth = 1;
		return true;
	case SPLIT_KEY:
		return key_byte(s, c);
	case SPLIT_COLON:
		s->state = SPLIT_VALUE;
		return c == ':';
	case SPLIT_VALUE:
		return begin_value(s, c);
	case SPLIT_SKIP:
		return skip(s, c);
	case SPLIT_ITEMS:
		if (c == ']') {
			s->depth--;
			s->state = SPLIT_AFTER;
		} else if (c == '{') {
			begin_piece(s, SPLIT_ITEM);
			s->depth++;
		}
		return c == ']' || c == '{' || c == ',';
	case SPLIT_AFTER:
		s->state = c == ',' ? SPLIT_KEY : SPLIT_ENDED;
		s->key_n = 0;
		return c == ',' || c == '}';
	case SPLIT_ENDED:
	case SPLIT_PIECE:
	case SPLIT_REFUSED:
		break;
	}
	return false;
}

/* The piece is whole: where the splitter goes on. */
static enum split_state after_piece(struct split *s)
{
	if (s->told == SPLIT_META)
		return SPLIT_AFTER;
	s->items++;
	return s->form == SPLIT_FRAMES ? SPLIT_BEGIN : SPLIT_ITEMS;
}

/* Takes the bytes of a piece up to its end, or all of <*in>. */
static enum split_result take_piece(struct split *s, struct str *in, struct str *ret_piece)
{
	size_t n = 0;

	while (n < in->n) {
		if (!step(s, in->p[n++])) {
			s->state = SPLIT_REFUSED;
			return SPLIT_BAD;
		}
		if (s->depth == s->base && !s->string)
			break;
	}
	if (s->piece.n + n > SPLIT_PIECE_MAX) {
		s->state = SPLIT_REFUSED;
		return SPLIT_BAD;
	}
	buf_add(&s->piece, str_take(*in, n));
	*in = str_skip(*in, n);
	if (s->depth != s->base || s->string)
		return SPLIT_MORE;
	*ret_piece = buf_str(&s->piece);
	s->state = (uint8_t)after_piece(s);
	s->base = 0;
	return s->told;
}

enum split_result split_next(struct split *s, struct str *in, struct str *ret_piece)
{
	if (s->state == SPLIT_REFUSED)
		return SPLIT_BAD;
	while (in->n) {
		if (s->state == SPLIT_PIECE) {
			enum split_result r = take_piece(s, in, ret_piece);

			if (r != SPLIT_MORE || !in->n)
				return r;
			continue;
		}
		if (!outside(s, in->p[0])) {
			s->state = SPLIT_REFUSED;
			return SPLIT_BAD;
		}
		if (s->state == SPLIT_PIECE)
			buf_addc(&s->piece, '{');
		*in = str_skip(*in, 1);
	}
	return SPLIT_MORE;
}
