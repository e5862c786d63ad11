# SPDX-License-Identifier: Apache-2.0
# The long forms: a minute of constant change at 1,000 and 10,000 routes, 20 upgrades, the full fuzz
# counts, a minute of each outage in a cluster, ten conformance runs in a row.  Writes docs/proofs/.  ROW="change-1000 upgrades" runs only these.
proof: all
	tools/install-deps test fuzz
	proof/run $(ROW)

.PHONY: proof
