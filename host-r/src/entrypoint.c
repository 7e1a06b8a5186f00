/* Registers the routines that the Rust library exports. */
void register_extendr_panic_hook(void);
void R_init_fordway_extendr(void *dll);

void R_init_fordway(void *dll) {
    register_extendr_panic_hook();
    R_init_fordway_extendr(dll);
}
