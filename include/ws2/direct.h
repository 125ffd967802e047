/* SPDX-License-Identifier: MIT */
/* direct.h: Microsoft's names for the directory calls. Only names; paths are
 * Linux paths, with "/". */
#ifndef WS2_DIRECT_H
#define WS2_DIRECT_H

#include <sys/stat.h>

#include "unistd.h"

#define _getcwd getcwd
#define _chdir chdir
#define _rmdir rmdir
#define _mkdir(path) mkdir(path, 0777)

#endif
