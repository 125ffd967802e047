/* SPDX-License-Identifier: MIT */
/* Joins the engine, which knows descriptors, to the sockets that they are and
 * to the dispatcher, whose waiting threads drive it. */
#ifndef WS_KIT_DRIVE_H
#define WS_KIT_DRIVE_H

/* Counted: as many stops as starts. 0 or a Winsock error number. */
int ws_drive_start(void);
void ws_drive_stop(void);

#endif
