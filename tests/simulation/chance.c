/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/chance.h"

#include <sys/file.h>

/* The generator "xorshift64*" (Marsaglia 2003, Vigna 2016): one word of state, quick to seed. Identifiers
 * have a generator of their own, so that how many of them the broker makes does not change what the world
 * does. */
typedef struct {
  guint64 state;
} Generator;

static Generator world, identifiers;

char *__wrap_g_uuid_string_random(void);
int __wrap_crypto_pwhash_str_alg(char *out, const char *password, unsigned long long length,
                                 unsigned long long operations, gsize memory, int algorithm);
int __wrap_flock(int file, int operation);

static guint64
next(Generator *generator)
{
  guint64 x = generator->state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  generator->state = x;
  return x * G_GUINT64_CONSTANT(2685821657736338717);
}

void
chance_seed(guint64 seed)
{
  world.state = seed * G_GUINT64_CONSTANT(0x9E3779B97F4A7C15) + 1;
  identifiers.state = world.state ^ G_GUINT64_CONSTANT(0xA5A5A5A5A5A5A5A5);
  for (guint i = 0; i < 8; i++)
    next(&world);
}

guint
chance_below(guint limit)
{
  return (guint)((next(&world) >> 33) % limit);
}

gboolean
chance_of(guint percent)
{
  return chance_below(100) < percent;
}

char *
__wrap_g_uuid_string_random(void)
{
  guint64 a = next(&identifiers), b = next(&identifiers);
  return g_strdup_printf("%08x-%04x-4%03x-8%03x-%012" G_GINT64_MODIFIER "x", (guint)(a >> 32),
                         (guint)(a >> 16) & 0xffff, (guint)a & 0xfff, (guint)(b >> 48) & 0xfff,
                         b & G_GUINT64_CONSTANT(0xffffffffffff));
}

int
__wrap_crypto_pwhash_str_alg(char *out, const char *password, unsigned long long length,
                             unsigned long long operations, gsize memory, int algorithm)
{
  g_strlcpy(out, "$no password matches this", 64);
  return 0;
}

/* Several brokers of one simulated installation open one file. */
int
__wrap_flock(int file, int operation)
{
  return 0;
}
