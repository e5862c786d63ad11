/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure.h -- the configuration as metrics: what the last reload came to, and what is in force.
 *
 * Looked up when somebody reads the metrics, so a change pays nothing for it.  Control thread.
 */
#ifndef CONTROL_MEASURE_H
#define CONTROL_MEASURE_H

#include "control/engine.h"

struct measure;

/* Once a process; borrows <e> for its life. */
struct measure *measure_new(struct engine *e);
void measure_free(struct measure *m);
/* Brings all gauges up to date, before metrics_write(). */
void measure_update(struct measure *m);

#endif
