/* SPDX-License-Identifier: Apache-2.0 */
/* Settings about who connects: whose X-Forwarded fields count, and who speaks the PROXY protocol.
 */
#include "gwapi/peers.h"

#include <errno.h>

#include "gwapi/translate_priv.h"

#define LIST_MAX 256

enum peer_key { PEER_TRUSTED, PEER_HEADER_PORTS, PEER_HEADER_FROM, PEER_HEADER_OTHERS };

#define RANGES "addresses or ranges such as 10.0.0.0/8, at most 256"

const struct peer_setting peer_settings[] = {
	[PEER_TRUSTED] = {"trusted-proxies", "", RANGES,
		"peers whose X-Forwarded fields are kept and appended to"},
	[PEER_HEADER_PORTS] = {"proxy-protocol.ports", "",
		"all, or ports of listeners such as 80, 443",
		"connections there begin with a PROXY header (v1 or v2), which names the client"},
	[PEER_HEADER_FROM] = {"proxy-protocol.from", "", RANGES,
		"load balancers whose PROXY headers count; none: everybody sends one and is believed"},
	[PEER_HEADER_OTHERS] = {"proxy-protocol.others", "refuse", "refuse or plain",
		"what becomes of whoever else connects there: refused, or served without a header"},
};
const size_t peer_setting_count = ARRAY_LEN(peer_settings);

static size_t key_index(struct str key)
{
	size_t i = 0;

	while (i < peer_setting_count && !str_eq(str_from(peer_settings[i].key), key))
		i++;
	return i;
}

const struct peer_setting *peer_setting_find(struct str key)
{
	size_t i = key_index(key);

	return i < peer_setting_count ? &peer_settings[i] : NULL;
}

struct peer_rules peer_rules_copy(const struct peer_rules *p, struct arena *a)
{
	struct peer_rules copy = *p;
	uint16_t *ports = ARENA_ARRAY(a, uint16_t, p->n_header_ports);

	for (size_t i = 0; i < p->n_header_ports; i++)
		ports[i] = p->header_ports[i];
	copy.believed = plan_peers_copy(&p->believed, a);
	copy.header_ports = ports;
	return copy;
}

/* --- lists: commas, blanks or lines between their words ------------------------------------ */

static bool is_gap(char c)
{
	return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of <rest>; empty: there is none. */
static struct str next_word(struct str *rest)
{
	struct str word;
	size_t n = 0;

	while (rest->n && is_gap(rest->p[0]))
		*rest = str_skip(*rest, 1);
	while (n < rest->n && !is_gap(rest->p[n]))
		n++;
	word = str_take(*rest, n);
	*rest = str_skip(*rest, n);
	return word;
}

static int cidr_parse(struct str s, struct plan_cidr *ret_cidr)
{
	struct str ip = str_cut(&s, '/');
	uint64_t bits, max;

	*ret_cidr = (struct plan_cidr){0};
	if (plan_addr_parse(ip, 0, &ret_cidr->addr) < 0)
		return -EINVAL;
	max = ret_cidr->addr.family == 4 ? 32 : 128;
	bits = max;
	if (s.n && str_to_u64(s, max, &bits) < 0)
		return -EINVAL;
	ret_cidr->bits = (uint8_t)bits;
	return 0;
}

/* Returns the word that is wrong, or an empty one. */
static struct str read_ranges(
	struct arena *a, struct str text, const struct plan_cidr **ret_list, uint32_t *ret_n)
{
	struct plan_cidr *list = ARENA_ARRAY(a, struct plan_cidr, LIST_MAX);
	struct str word;
	uint32_t n = 0;

	for (word = next_word(&text); word.n; word = next_word(&text), n++)
		if (n == LIST_MAX || cidr_parse(word, &list[n]) < 0)
			return word;
	*ret_list = list;
	*ret_n = n;
	return word;
}

static struct str read_ports(struct arena *a, struct str text, struct peer_rules *p)
{
	uint16_t *list = ARENA_ARRAY(a, uint16_t, LIST_MAX);
	struct str word;
	size_t n = 0;

	p->header_everywhere = str_eq(str_trim(text), STR("all"));
	if (p->header_everywhere)
		return (struct str){0};
	for (word = next_word(&text); word.n; word = next_word(&text)) {
		uint64_t port;

		if (n == LIST_MAX || str_to_u64(word, 65535, &port) < 0 || port == 0)
			return word;
		list[n++] = (uint16_t)port;
	}
	p->header_ports = list;
	p->n_header_ports = n;
	return word;
}

static struct str read_others(struct str text, struct peer_rules *p)
{
	text = str_trim(text);
	p->believed.others_plain = str_eq(text, STR("plain"));
	return p->believed.others_plain || str_eq(text, STR("refuse")) ? str_take(text, 0) : text;
}

/* --- a key --------------------------------------------------------------------------------- */

struct problem peer_setting_apply(
	struct arena *a, struct str map, struct str key, struct str text, struct peer_rules *peers)
{
	struct plan_peers *b = &peers->believed;
	size_t i = key_index(key);
	struct str wrong = {0};

	switch ((enum peer_key)i) {
	case PEER_TRUSTED:
		wrong = read_ranges(a, text, &b->trusted, &b->ntrusted);
		break;
	case PEER_HEADER_FROM:
		wrong = read_ranges(a, text, &b->balancers, &b->nbalancers);
		break;
	case PEER_HEADER_PORTS:
		wrong = read_ports(a, text, peers);
		break;
	case PEER_HEADER_OTHERS:
		wrong = read_others(text, peers);
		break;
	}
	if (!wrong.n)
		return (struct problem){0};
	return (struct problem){STR("InvalidParameters"),
		arena_printf(a, "ConfigMap %.*s: %s: \"%.*s\" is not allowed; give %s.",
			STR_ARG(map), peer_settings[i].key, STR_ARG(clip(wrong, 64)),
			peer_settings[i].allowed)};
}
