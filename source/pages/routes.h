/* The tables of the pages, one a file; source/serve.c names those that are served.
 * Thread-safety: static. */
#ifndef BT_SOURCE_ROUTES_H
#define BT_SOURCE_ROUTES_H

#include "source/serve/http.h"

extern const BtRoute bt_plain_routes[];           /* plain.c: what programs begin with */
extern const BtRoute bt_upload_routes[];          /* uploads.c: files that come in pieces */
extern const BtRoute bt_media_routes[];           /* media.c: the library of them */
extern const BtRoute bt_sign_in_routes[];         /* sign-in.c: the way in and out */
extern const BtRoute bt_sign_in_code_routes[];    /* sign-in-code.c: its second step */
extern const BtRoute bt_invitation_routes[];      /* invitation.c: one-time links */
extern const BtRoute bt_account_routes[];         /* account.c: one's own */
extern const BtRoute bt_people_routes[];          /* people.c: all accounts */
extern const BtRoute bt_person_routes[];          /* person.c: one of them */
extern const BtRoute bt_role_routes[];            /* roles.c: of one account */
extern const BtRoute bt_area_routes[];            /* areas.c */
extern const BtRoute bt_audit_routes[];           /* audit.c: the diary */
extern const BtRoute bt_screens_routes[];         /* screens.c: all screens */
extern const BtRoute bt_screen_routes[];          /* screen.c: one screen */
extern const BtRoute bt_claim_routes[];           /* claim.c: boards that wait for a screen */
extern const BtRoute bt_contact_routes[];         /* contacts.c: who is told of faults */
extern const BtRoute bt_proposals_routes[];       /* proposals.c: what waits for a signature */
extern const BtRoute bt_proposal_routes[];        /* proposal.c: one of them, and signing it */
extern const BtRoute bt_key_routes[];             /* keys.c: the keys of approvers */
extern const BtRoute bt_emergency_routes[];       /* emergency.c */
extern const BtRoute bt_cut_routes[];             /* cut.c */
extern const BtRoute bt_cut_told_routes[];        /* cut-told.c: those that only boards know of */
extern const BtRoute bt_notice_routes[];          /* notices.c: the list */
extern const BtRoute bt_compose_routes[];         /* compose.c: one notice */
extern const BtRoute bt_practice_routes[];        /* practice.c: the area where nothing counts */
extern const BtRoute bt_preview_routes[];         /* preview.c: pictures of documents */
extern const BtRoute bt_playlist_routes[];        /* playlists.c: what plays after what */
extern const BtRoute bt_playlist_adding_routes[]; /* playlist-adding.c: what comes into them */
extern const BtRoute bt_layout_routes[];          /* layouts.c: zones of the screen */
extern const BtRoute bt_programme_routes[];       /* programmes.c: what is played when and where */
extern const BtRoute bt_programme_proposal_routes[]; /* programme-proposal.c: for approval */
extern const BtRoute bt_rundown_routes[];            /* rundown.c: a screen's day */
extern const BtRoute bt_why_routes[];                /* why.c: why it shows something */
extern const BtRoute bt_register_routes[];
extern const BtRoute bt_report_routes[];
extern const BtRoute bt_file_routes[]; /* files.c: styles, scripts, the description of all this */

/* failure.c: for whoever came to an address that none of them has. */
BtAnswered bt_lost_page(BtRequest *request);

#endif
