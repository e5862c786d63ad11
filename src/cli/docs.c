/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docs.h"

#include <errno.h>

#include "cli/options.h"
#include "gwapi/peers.h"
#include "plan/settings.h"
#include "proxy/reasons.h"

/* A bar would end a table's cell. */
static void cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

static void setting_default(const struct plan_setting *d, struct buf *out)
{
	plan_setting_print(d, d->def, out);
}

static void setting_range(const struct plan_setting *d, struct buf *out)
{
	if (d->type == PLAN_SETTING_CHOICE) {
		for (int64_t i = 0; i <= d->max; i++) {
			struct str word = plan_setting_choice(d, i);

			buf_printf(out, "%s%.*s", i ? ", " : "", STR_ARG(word));
		}
		return;
	}
	plan_setting_print(d, d->min, out);
	buf_add(out, STR(" to "));
	plan_setting_print(d, d->max, out);
}

static void settings_page(struct buf *out)
{
	buf_add(out,
		STR("# Settings\n\nWritten by `make docs` from the tables the program works by.\n\n"
		    "## Traffic\n\nKeys in `data` of a ConfigMap that the GatewayClass names in "
		    "`parametersRef`; a ConfigMap that a Gateway names in\n"
		    "`infrastructure.parametersRef` goes before it, key by key. In files as in a "
		    "cluster. An unknown key or a value out of range is\n"
		    "told as InvalidParameters, and a Gateway that has served before serves on "
		    "with the settings it had. Durations are written `75s`, `250ms`, `1h30m` "
		    "(`0s`: never, where the range allows it), sizes `32KiB`, `1MiB`.\n\n"
		    "| key | default | allowed | |\n|---|---|---|---|\n"));
	for (size_t i = 0; i < plan_setting_count; i++) {
		const struct plan_setting *d = &plan_setting_table[i];

		buf_printf(out, "| `%s` | ", d->key);
		setting_default(d, out);
		buf_add(out, STR(" | "));
		setting_range(d, out);
		buf_printf(out, " | %s |\n", d->doc);
	}
	for (size_t i = 0; i < peer_setting_count; i++) {
		const struct peer_setting *p = &peer_settings[i];

		buf_printf(out, "| `%s` | %s | %s | %s |\n", p->key, p->dflt, p->allowed, p->doc);
	}
	buf_add(out,
		STR("\n## Process\n\n`--flag VALUE`, `--flag=VALUE` or the variable: `--log-level`"
		    " is `SLUICE_LOG_LEVEL`. The flag wins.\n\n"
		    "| option | default | commands | |\n|---|---|---|---|\n"));
	for (size_t id = 0; id < OPTION_COUNT_; id++) {
		struct option_row r = option_row((enum option_id)id);

		if (!r.help)
			continue;
		buf_printf(out, "| `--%s%s", r.name, *r.arg ? " " : "");
		cell(out, r.arg);
		buf_printf(out, "` | %s | %.*s | ", r.dflt, STR_ARG(buf_str(&r.commands)));
		cell(out, r.help);
		buf_add(out, STR(" |\n"));
		buf_fini(&r.commands);
	}
}

static void reasons_page(struct buf *out)
{
	struct proxy_reason_row r;

	buf_add(out,
		STR("# Reasons\n\nWritten by `make docs`. Every answer of our own has one: it stands as "
		    "`reason` in the access log and as label of the\n"
		    "metric `sluice_own_answers_total`. The first half is why a request is "
		    "malformed; in a backend's response the same fault is told as\n"
		    "`upstream_bad_response` (502). Status `cut`: the connection is ended, for "
		    "nothing can be answered any more.\n\n"
		    "| reason | status | |\n|---|---|---|\n"));
	for (size_t i = 1; proxy_reason_row(i, &r); i++) {
		if (r.of_response)
			continue;
		buf_printf(out, "| `%.*s` | ", STR_ARG(r.name));
		if (r.status)
			buf_printf(out, "%d | %.*s |\n", r.status, STR_ARG(r.text));
		else
			buf_printf(out, "cut | %.*s |\n", STR_ARG(r.text));
	}
}

int docs_write(struct str page, struct buf *out)
{
	if (str_eq(page, STR("settings")))
		settings_page(out);
	else if (str_eq(page, STR("reasons")))
		reasons_page(out);
	else
		return -ENOENT;
	return 0;
}

/* --- man ------------------------------------------------------------------------------------ */

/* Text for roff: '-' is a minus sign, and no line may begin with '.' or '\''. */
static void roff(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '-')
			buf_addc(out, '\\');
		buf_addc(out, text.p[i]);
	}
}

static void roff_text(struct buf *out, const char *text)
{
	roff(out, str_from(text));
}

static void man_options(struct buf *out)
{
	buf_add(out,
		STR(".SH OPTIONS\nOptions may follow paths. Each is also read from a variable: "
		    "\\-\\-log\\-level from SLUICE_LOG_LEVEL. The option wins.\n"));
	for (size_t id = 0; id < OPTION_COUNT_; id++) {
		struct option_row r = option_row((enum option_id)id);

		if (!r.help)
			continue;
		buf_add(out, STR(".TP\n.B \\-\\-"));
		roff_text(out, r.name);
		buf_add(out, STR(" \\fI"));
		roff_text(out, r.arg);
		buf_add(out, STR("\\fR\n"));
		roff_text(out, r.help);
		if (*r.dflt) {
			buf_add(out, STR(" (default "));
			roff_text(out, r.dflt);
			buf_addc(out, ')');
		}
		buf_addc(out, '\n');
		buf_fini(&r.commands);
	}
}

static void man_settings(struct buf *out)
{
	buf_add(out,
		STR(".SH SETTINGS\nHow traffic is treated stands in data of the ConfigMap that "
		    "a GatewayClass (parametersRef) or a Gateway (infrastructure.parametersRef) "
		    "names; the Gateway's goes first, key by key.\n"));
	for (size_t i = 0; i < plan_setting_count; i++) {
		const struct plan_setting *d = &plan_setting_table[i];
		struct buf value = {0};

		buf_add(out, STR(".TP\n.B "));
		roff_text(out, d->key);
		buf_addc(out, '\n');
		roff_text(out, d->doc);
		setting_default(d, &value);
		buf_add(&value, STR("; "));
		setting_range(d, &value);
		buf_add(out, STR(" (default "));
		roff(out, buf_str(&value));
		buf_add(out, STR(")\n"));
		buf_fini(&value);
	}
	for (size_t i = 0; i < peer_setting_count; i++) {
		const struct peer_setting *p = &peer_settings[i];

		buf_add(out, STR(".TP\n.B "));
		roff_text(out, p->key);
		buf_addc(out, '\n');
		roff_text(out, p->doc);
		buf_add(out, STR(" ("));
		roff_text(out, p->allowed);
		buf_add(out, STR(")\n"));
	}
}

void docs_man(struct buf *out)
{
	static const char *const rest =
		".SH SIGNALS\n.TP\n.B SIGTERM, SIGINT\nnot ready, still accepting for "
		"\\-\\-drain\\-delay, then running requests get \\-\\-drain\\-timeout to end\n"
		".TP\n.B SIGUSR2\nreplace the program in place by the file it was started from; no "
		"connection is dropped\n"
		".TP\n.B SIGHUP\nread all files again (a change is noticed without it)\n"
		".SH FILES\n.TP\n.I /etc/sluice\nthe folder that the systemd unit serves\n"
		".SH EXIT STATUS\n0 good; 1 findings, no match or cannot start; 2 usage.\n"
		".SH EXAMPLES\n.nf\nsluice serve /etc/sluice\nsluice check examples/quickstart\n"
		"sluice explain GET http://localhost:8080/api/users\n"
		"curl \\-s http://localhost:15020/metrics\n.fi\n";

	buf_add(out, STR(".TH SLUICE 1 \"\" \"Sluice\" \"User Commands\"\n.SH NAME\nsluice \\- a "
			 "Kubernetes Gateway API gateway\n.SH SYNOPSIS\n"));
	for (size_t i = 0; i < options_commands(); i++) {
		struct command_row c = command_row(i);

		buf_printf(out, "%s.B sluice %s\n", i ? ".br\n" : "", c.name);
		if (*c.usage) {
			roff_text(out, c.usage);
			buf_add(out, STR(" [OPTIONS]\n"));
		}
	}
	buf_add(out,
		STR(".SH DESCRIPTION\nSluice reads GatewayClass, Gateway, ListenerSet and route "
		    "objects and carries their traffic. A change of a file is live at once, and "
		    "an object that is wrong is refused alone.\n.SH COMMANDS\n"));
	for (size_t i = 0; i < options_commands(); i++) {
		struct command_row c = command_row(i);

		buf_printf(out, ".TP\n.B %s\n", c.name);
		roff_text(out, c.help);
		buf_addc(out, '\n');
	}
	man_options(out);
	man_settings(out);
	buf_add(out, str_from(rest));
}
