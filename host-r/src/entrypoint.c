/* Registers the routines that the Rust library exports, and does for Rust what
 * only C can: calls into R that may end in a jump.
 *
 * R leaves a function by longjmp where it is interrupted, out of time or out of
 * memory, and no such jump may cross a frame of Rust's. Each call below stops
 * it on the way (R_UnwindProtect), and gives the jump a number. Rust returns
 * to R in order, and R calls fordway_continue() with the number: the jump goes
 * on to where it wanted, an interrupt as an interrupt, an error as that error.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <R_ext/Rdynload.h>

void register_extendr_panic_hook(void);
void R_init_fordway_extendr(void *dll);
void fordway_forked(void);

/* Jumps under way, each with its token. One is enough, unless a handler that
 * runs on the way calls the package again. */
#define JUMPS 16
static SEXP tokens[JUMPS];
static int next_jump;

struct landing {
    jmp_buf place;
};

static void land(void *data, Rboolean jumps) {
    if (jumps)
        longjmp(((struct landing *)data)->place, 1);
}

/* Gives 0, or the number of the jump that the body ended in. */
static int guarded(SEXP (*body)(void *), void *data) {
    struct landing landing;
    int jump = next_jump;
    if (setjmp(landing.place)) {
        next_jump = (jump + 1) % JUMPS;
        return jump + 1;
    }
    R_UnwindProtect(body, data, land, &landing, tokens[jump]);
    return 0;
}

static SEXP check_body(void *data) {
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

static int check(void) { return guarded(check_body, NULL); }

struct wanted {
    int type;
    R_xlen_t length;
    SEXP made;
};

static SEXP vector_body(void *data) {
    struct wanted *wanted = data;
    wanted->made = Rf_allocVector((SEXPTYPE)wanted->type, wanted->length);
    return R_NilValue;
}

static int vector(int type, double length, SEXP *made) {
    struct wanted wanted = {type, (R_xlen_t)length, R_NilValue};
    int jump = guarded(vector_body, &wanted);
    *made = wanted.made;
    return jump;
}

struct texts {
    SEXP vector;
    R_xlen_t start;
    int count;
    const char *const *texts;
    const int *lengths;
};

static SEXP strings_body(void *data) {
    struct texts *these = data;
    for (int at = 0; at < these->count; at++) {
        SEXP text = these->texts[at] == NULL
                        ? NA_STRING
                        : Rf_mkCharLenCE(these->texts[at], these->lengths[at], CE_UTF8);
        SET_STRING_ELT(these->vector, these->start + at, text);
    }
    return R_NilValue;
}

static int strings(SEXP vector, double start, int count, const char *const *texts,
                   const int *lengths) {
    struct texts these = {vector, (R_xlen_t)start, count, texts, lengths};
    return guarded(strings_body, &these);
}

static int mark(SEXP vector, double at) {
    cetype_t encoding = Rf_getCharCE(STRING_ELT(vector, (R_xlen_t)at));
    return encoding == CE_UTF8 ? 1 : encoding == CE_NATIVE ? 0 : 2;
}

/* All signals but those of a fault, which belong to their thread. */
static void mask(void) {
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGPROF};
    sigset_t most;
    sigfillset(&most);
    for (size_t at = 0; at < sizeof faults / sizeof *faults; at++)
        sigdelset(&most, faults[at]);
    pthread_sigmask(SIG_BLOCK, &most, NULL);
}

static struct session {
    int (*check)(void);
    int (*vector)(int, double, SEXP *);
    int (*strings)(SEXP, double, int, const char *const *, const int *);
    int (*mark)(SEXP, double);
    void (*mask)(void);
} session = {check, vector, strings, mark, mask};

void fordway_attach(struct session *session);

/* Lets a jump go on. Called from R: no frame of Rust's is below. */
SEXP fordway_continue(SEXP number) {
    int jump = Rf_asInteger(number);
    if (jump >= 1 && jump <= JUMPS)
        R_ContinueUnwind(tokens[jump - 1]);
    return R_NilValue;
}

void R_init_fordway(DllInfo *dll) {
    for (int at = 0; at < JUMPS; at++)
        R_PreserveObject(tokens[at] = R_MakeUnwindCont());
    register_extendr_panic_hook();
    R_init_fordway_extendr(dll);
    /* The routines of Rust's are registered there; fordway_continue() is found
     * by its name. */
    R_useDynamicSymbols(dll, TRUE);
    pthread_atfork(NULL, NULL, fordway_forked);
    fordway_attach(&session);
}
