/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poison.h -- tell ASan which bytes of our own allocators are out of bounds.  Nothing elsewhere.
 */
#ifndef BASE_POISON_H
#define BASE_POISON_H

#if defined(__SANITIZE_ADDRESS__)
#define POISON_ON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_ON 1
#endif
#endif

#ifdef POISON_ON
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define POISON_CLEAR(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define POISON_CLEAR(p, n) ((void)(p), (void)(n))
#endif

#endif
