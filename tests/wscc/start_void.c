/* SPDX-License-Identifier: MIT */
/* A start without a result means exit code 0, however the function is written.
 * The words "int main(" in this comment and "void main(" below confuse nobody.
 */
#include <stdio.h>
#include <winsock2.h>

static int noise = 77;

VOID __cdecl main(int argc, char **argv)
{
    noise += argc;
    printf("%d %s", noise, argv[1]);
}
