/* System calls, by libseccomp. */
#include "base/error.h"
#include "base/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

gboolean bt_sandbox_no_new_privileges(GError **error)
{
    const struct rlimit none = { 0, 0 };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
        setrlimit(RLIMIT_CORE, &none) == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_FAILED, errno, "sandbox", "privileges");
    return FALSE;
}

gboolean bt_sandbox_limit(
    int resource, const char *name, guint64 soft, guint64 hard, GError **error)
{
    struct rlimit now;
    if (getrlimit(resource, &now) == 0) {
        now.rlim_max = MIN(now.rlim_max, hard);
        now.rlim_cur = MIN(now.rlim_max, soft);
        if (setrlimit(resource, &now) == 0)
            return TRUE;
    }
    bt_error_set_errno(error, BT_ERROR_FAILED, errno, "sandbox", name);
    return FALSE;
}

static guint32 action_of(BtCallVerdict verdict)
{
    switch (verdict) {
    case BT_CALL_ALLOW:
        return SCMP_ACT_ALLOW;
    case BT_CALL_REFUSE:
        return SCMP_ACT_ERRNO(EPERM);
    case BT_CALL_ABSENT:
        return SCMP_ACT_ERRNO(ENOSYS);
    case BT_CALL_KILL:
        break;
    }
    return SCMP_ACT_KILL_PROCESS;
}

static struct scmp_arg_cmp test_of(const BtArgTest *test)
{
    switch (test->how) {
    case BT_ARG_IS:
        return SCMP_CMP(test->arg, SCMP_CMP_EQ, test->value);
    case BT_ARG_ABOVE:
        return SCMP_CMP(test->arg, SCMP_CMP_GT, test->value);
    case BT_ARG_UP_TO:
        return SCMP_CMP(test->arg, SCMP_CMP_LE, test->value);
    case BT_ARG_MASKED:
        break;
    }
    return SCMP_CMP(test->arg, SCMP_CMP_MASKED_EQ, test->mask, test->value);
}

static int add_rule(scmp_filter_ctx filter, const BtCallRule *rule)
{
    struct scmp_arg_cmp tests[BT_CALL_MAX_TESTS];
    int call = seccomp_syscall_resolve_name(rule->call);
    if (call == __NR_SCMP_ERROR)
        return 0;
    for (guint i = 0; i < rule->n_tests; i++)
        tests[i] = test_of(&rule->tests[i]);
    return seccomp_rule_add_array(filter, action_of(rule->verdict), call, rule->n_tests, tests);
}

static int load(scmp_filter_ctx filter, const BtCallRule *rules, gsize n_rules)
{
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    for (gsize i = 0; i < n_rules && rc == 0; i++)
        rc = add_rule(filter, &rules[i]);
    return rc == 0 ? seccomp_load(filter) : rc;
}

gboolean bt_sandbox_calls(
    BtCallVerdict otherwise, const BtCallRule *rules, gsize n_rules, GError **error)
{
    scmp_filter_ctx filter = seccomp_init(action_of(otherwise));
    int rc = filter != NULL ? load(filter, rules, n_rules) : -ENOMEM;
    if (filter != NULL)
        seccomp_release(filter);
    if (rc == 0)
        return TRUE;
    bt_error_set_errno(error, BT_ERROR_FAILED, -rc, "sandbox", "seccomp");
    return FALSE;
}
