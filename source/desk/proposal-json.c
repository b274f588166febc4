#include "source/desk/proposals.h"

#include "base/hash.h"

static void set_hash(BtJson *json, GBytes *payload)
{
    char sha256[BT_HASH_HEX_SIZE];
    bt_hash_data(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload), sha256);
    bt_json_set_string(json, "sha256", sha256);
}

static BtJson *document_json(const BtProposalDocument *document)
{
    BtJson *json = bt_json_new_object(), *screens = bt_json_new_array(),
           *signers = bt_json_new_array();
    for (guint i = 0; i < document->screens->len; i++)
        bt_json_append_string(screens, g_ptr_array_index(document->screens, i));
    for (guint i = 0; i < document->signatures->len; i++) {
        const BtProposalSignature *signature = g_ptr_array_index(document->signatures, i);
        BtJson *signer = bt_json_new_object();
        bt_json_set_string(signer, "user", signature->user);
        bt_json_set_string(signer, "keyid", signature->keyid);
        bt_json_append(signers, signer);
    }
    bt_json_set_int(json, "version", document->version);
    if (document->payload != NULL)
        set_hash(json, document->payload);
    bt_json_set(json, "screens", screens);
    bt_json_set(json, "signers", signers);
    return json;
}

BtJson *bt_proposal_to_json(const BtProposal *proposal)
{
    BtJson *json = bt_json_new_object(), *documents = bt_json_new_array();
    for (guint i = 0; i < proposal->documents->len; i++)
        bt_json_append(documents, document_json(g_ptr_array_index(proposal->documents, i)));
    bt_json_set_int(json, "id", proposal->id);
    bt_json_set_string(json, "kind", proposal->kind);
    bt_json_set_string(json, "state", bt_proposal_state_name(proposal->state));
    bt_json_set_string(json, "area", proposal->area);
    bt_json_set_string(json, "author", proposal->author);
    bt_json_set_string(json, "reason", proposal->reason);
    bt_json_set_string(json, "decider", proposal->decider);
    bt_json_set_string(json, "answer", proposal->answer);
    bt_json_set_time(json, "created", proposal->created_ms);
    bt_json_set(json, "what", bt_json_ref(proposal->what));
    bt_json_set(json, "documents", documents);
    return json;
}
