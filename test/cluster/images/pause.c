/* SPDX-License-Identifier: Apache-2.0 */
/* The process that holds a pod's namespaces: it reaps orphans and waits for SIGTERM. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop(int signal_number)
{
	(void)signal_number;
	_exit(0);
}

int main(void)
{
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGCHLD, SIG_IGN); /* children are reaped by the kernel */
	for (;;)
		pause();
}
