/*
 * banned: functions that may not be used, refused at compile time. The Makefile includes this file
 * before every source file. Why, and what to use:
 *
 *     strcpy strcat sprintf vsprintf   no bound            snprintf, struct str, arena_printf
 *     strtok                           hidden state        a loop with strcspn
 *     atoi atol atof strtod (f, ld)    no error, locale    str_parse_int, str_parse_double
 *     rand srand random srandom        one hidden stream   struct rng
 *     gmtime localtime ctime           shared buffer       gmtime_r, localtime_r
 */
#pragma once

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A call becomes a warning, and warnings are errors. (Poisoning the names would break other
   people's headers, which use some of them for parameters.) */
#ifdef __clang__ /* cannot mark what glibc defines inline: atoi, atol, atof; gcc does */
#pragma clang diagnostic ignored "-Wignored-attributes"
#endif
#define BANNED(use) __attribute__((deprecated("banned here, use " use)))

BANNED("snprintf") char *strcpy(char *, const char *);
BANNED("snprintf") char *strcat(char *, const char *);
BANNED("snprintf") int sprintf(char *, const char *, ...);
BANNED("vsnprintf") int vsprintf(char *, const char *, va_list);
BANNED("strcspn") char *strtok(char *, const char *);
BANNED("str_parse_int") int atoi(const char *);
BANNED("str_parse_int") long atol(const char *);
BANNED("str_parse_double") double atof(const char *);
BANNED("struct rng") int rand(void);
BANNED("struct rng") void srand(unsigned);
BANNED("struct rng") long random(void);
BANNED("struct rng") void srandom(unsigned);
BANNED("gmtime_r") struct tm *gmtime(const time_t *);
BANNED("localtime_r") struct tm *localtime(const time_t *);
BANNED("strftime") char *ctime(const time_t *);
#ifndef WINNOW_PARSES_NUMBERS /* base/str.c */
BANNED("str_parse_double") double strtod(const char *, char **);
BANNED("str_parse_double") float strtof(const char *, char **);
BANNED("str_parse_double") long double strtold(const char *, char **);
#endif
