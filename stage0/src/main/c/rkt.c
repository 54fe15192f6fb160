/* SPDX-License-Identifier: Apache-2.0 */

/*
 * rkt's launcher for commands that only start or ask something: becomes the JVM that the shell
 * launcher (lib/launch) has chosen before, without asking again.
 *
 * The shell launcher leaves one recipe per such command beside the class-data archive: the files it
 * decided by (with their times and sizes), the JVM's library, its options and the main class. Where
 * there is no recipe, where any of its files has changed, where the caller sets how to run Java, or
 * where anything else is out of the ordinary, this program becomes the shell launcher, which decides
 * anew and writes a new recipe. It has no options and no knowledge of its own.
 *
 * A recipe is a text file of lines, each a letter, a blank and a value:
 *   H HOME            the distribution it is for; first
 *   F MTIME SIZE PATH a file or directory as it was (seconds, bytes)
 *   V PATH            libjvm.so
 *   O OPTION          an option of the JVM
 *   C CLASS           the main class, with slashes; last
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECIPE_SIZE = 32 << 10, MOST_OPTIONS = 64 };

/* What a recipe says; texts point into its bytes. */
struct recipe {
    char text[RECIPE_SIZE];
    const char *library;
    const char *main_class;
    JavaVMOption options[MOST_OPTIONS];
    int count;
};

/* Native halves of io.rktj.linux.JniSystemCalls, linked in (linux/src/main/c/rktj.c). */
jlong Java_io_rktj_linux_JniSystemCalls_call(JNIEnv *, jobject, jint, jlong, jlong, jlong, jlong, jlong);
jlong Java_io_rktj_linux_JniSystemCalls_addressOf(JNIEnv *, jobject, jobject);

typedef jint create_vm(JavaVM **, void **, void *);
typedef jclass find_class(JNIEnv *, const char *);

/* Variables by which a caller changes how Java runs: the shell launcher's business. */
static const char *const deciding[] = {"RKTJ_JAVA", "RKTJ_ARCHIVE", "RKTJ_OPTIONS", "RKTJ_EFFORT"};

/* Variables that would change the JVM behind our back. */
static const char *const unwanted[] = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"};

/* The distribution this program lies in, without a slash at its end; false if that cannot be said. */
static bool find_home(char *home, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", home, size);
    if (length <= 0 || (size_t)length == size)
        return false;
    home[length] = '\0';
    for (int parts = 0; parts < 2; parts++) {
        char *slash = strrchr(home, '/');
        if (slash == NULL || slash == home)
            return false;
        *slash = '\0';
    }
    return true;
}

/* The command among the arguments: the first that is no flag; NULL if it is not a plain word. */
static const char *find_command(char **arguments)
{
    while (*arguments != NULL && **arguments == '-')
        arguments++;
    if (*arguments == NULL || **arguments == '\0')
        return NULL;
    for (const char *at = *arguments; *at != '\0'; at++)
        if ((*at < 'a' || *at > 'z') && *at != '-')
            return NULL;
    return *arguments;
}

/* Whether the caller left everything to us, in characters that need no conversion. */
static bool ordinary(char **arguments)
{
    for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++)
        if (getenv(deciding[i]) != NULL)
            return false;
    for (; *arguments != NULL; arguments++)
        for (const char *at = *arguments; *at != '\0'; at++)
            if ((unsigned char)*at > 0x7e)
                return false;
    return true;
}

/* Whether a file still is as "MTIME SIZE PATH" says. */
static bool unchanged(const char *value)
{
    char *rest;
    long long seconds = strtoll(value, &rest, 10);
    long long size = strtoll(rest, &rest, 10);
    struct stat status;
    return *rest == ' ' && stat(rest + 1, &status) == 0 && status.st_mtim.tv_sec == seconds && status.st_size == size;
}

/* Takes one line of a recipe; false if it is unknown or says that the recipe is out of date. */
static bool take(struct recipe *recipe, const char *home, char *line)
{
    if (line[0] == '\0' || line[1] != ' ' || recipe->main_class != NULL)
        return false;
    char *value = line + 2;
    switch (line[0]) {
    case 'H':
        return strcmp(value, home) == 0;
    case 'F':
        return unchanged(value);
    case 'V':
        recipe->library = value;
        return true;
    case 'O':
        if (recipe->count == MOST_OPTIONS)
            return false;
        recipe->options[recipe->count++].optionString = value;
        return true;
    case 'C':
        recipe->main_class = value;
        return true;
    default:
        return false;
    }
}

/* Reads the recipe for a command below a directory and checks that it still holds. */
static bool read_recipe(struct recipe *recipe, const char *directory, const char *home, const char *command)
{
    char path[PATH_MAX + 64];
    if (snprintf(path, sizeof path, "%s/recipe-%.32s", directory, command) >= (int)sizeof path)
        return false;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, recipe->text, sizeof recipe->text - 1);
    close(file);
    if (length < 2 || length == sizeof recipe->text - 1 || recipe->text[length - 1] != '\n' || recipe->text[0] != 'H')
        return false;
    recipe->text[length] = '\0';
    for (char *line = recipe->text; *line != '\0';) {
        char *end = strchr(line, '\n');
        *end = '\0';
        if (!take(recipe, home, line))
            return false;
        line = end + 1;
    }
    return recipe->library != NULL && recipe->main_class != NULL;
}

/* A function's address as JNI wants it; POSIX lets the two kinds of pointer be the same. */
static void *function_pointer(void (*function)(void))
{
    void *pointer;
    memcpy(&pointer, &function, sizeof pointer);
    return pointer;
}

/* Gives our two native methods to the class that declares them. */
static bool register_natives(JNIEnv *env, find_class *find)
{
    JNINativeMethod methods[] = {{"call", "(IJJJJJ)J", NULL}, {"addressOf", "(Ljava/nio/ByteBuffer;)J", NULL}};
    methods[0].fnPtr = function_pointer((void (*)(void))Java_io_rktj_linux_JniSystemCalls_call);
    methods[1].fnPtr = function_pointer((void (*)(void))Java_io_rktj_linux_JniSystemCalls_addressOf);
    jclass owner = find(env, "io/rktj/linux/JniSystemCalls");
    return owner != NULL && (*env)->RegisterNatives(env, owner, methods, 2) == 0;
}

/* The arguments as a Java array; NULL if memory is short. */
static jobjectArray java_arguments(JNIEnv *env, find_class *find, int count, char **arguments)
{
    jclass text = find(env, "java/lang/String");
    jobjectArray array = text == NULL ? NULL : (*env)->NewObjectArray(env, count, text, NULL);
    for (int i = 0; array != NULL && i < count; i++) {
        jstring argument = (*env)->NewStringUTF(env, arguments[i]);
        if (argument == NULL)
            return NULL;
        (*env)->SetObjectArrayElement(env, array, i, argument);
        (*env)->DeleteLocalRef(env, argument);
    }
    return array;
}

/*
 * Loads the JVM and runs the main class, which ends the process itself. Returns only if there is no
 * JVM; once there is one, a failure is the end.
 */
static void run_java(struct recipe *recipe, int count, char **arguments)
{
    void *library = dlopen(recipe->library, RTLD_NOW);
    if (library == NULL)
        return;
    create_vm *create;
    find_class *find;
    *(void **)&create = dlsym(library, "JNI_CreateJavaVM");
    *(void **)&find = dlsym(library, "JVM_FindClassFromBootLoader");
    if (create == NULL || find == NULL)
        return;
    JavaVMInitArgs init = {JNI_VERSION_1_8, recipe->count, recipe->options, JNI_FALSE};
    JavaVM *vm;
    JNIEnv *env;
    if (create(&vm, (void **)&env, &init) != JNI_OK)
        return;
    jclass entry = find(env, recipe->main_class);
    jmethodID method =
        entry == NULL ? NULL : (*env)->GetStaticMethodID(env, entry, "main", "([Ljava/lang/String;)V");
    if (method != NULL && register_natives(env, find)) {
        jobjectArray array = java_arguments(env, find, count, arguments);
        if (array != NULL)
            (*env)->CallStaticVoidMethod(env, entry, method, array);
    }
    if ((*env)->ExceptionCheck(env))
        (*env)->ExceptionDescribe(env);
    else
        fprintf(stderr, "rkt: cannot start: \"%s\" has no usable %s\n", recipe->library, recipe->main_class);
    _exit(254);
}

/*
 * Whether the working directory is still there: without one no JVM starts, and no relative path
 * means anything.
 */
static bool has_directory(void)
{
    char path[PATH_MAX];
    if (getcwd(path, sizeof path) != NULL)
        return true;
    fprintf(stderr, "rkt: cannot find the working directory: %s\n", strerror(errno));
    fputs("hint: change to a directory that is there\n", stderr);
    return false;
}

/*
 * Gives standard streams that the caller has closed something harmless: else the JVM's own files
 * would get their numbers, and be read as the app's input or written to as its output.
 */
static bool fill_streams(void)
{
    int file;
    do {
        file = open("/dev/null", O_RDWR);
    } while (file >= 0 && file <= STDERR_FILENO);
    return file >= 0 && close(file) == 0;
}

int main(int argc, char **argv)
{
    static struct recipe recipe;
    char home[PATH_MAX];
    if (!fill_streams())
        return 254;
    if (!find_home(home, sizeof home)) {
        fprintf(stderr, "rkt: cannot find its distribution: %s\n", strerror(errno));
        return 254;
    }
    if (argc == 0)
        return 254;
    if (!has_directory())
        return 254;
    const char *tool = strrchr(argv[0], '/') == NULL ? argv[0] : strrchr(argv[0], '/') + 1;
    const char *command = argc > 1 ? find_command(argv + 1) : NULL;
    if (command != NULL && strcmp(tool, "actool") != 0 && ordinary(argv + 1)) {
        char beside[PATH_MAX + 16];
        char cached[PATH_MAX + 32];
        snprintf(beside, sizeof beside, "%s/lib/cds", home);
        snprintf(cached, sizeof cached, "/var/cache/rktj%s", home);
        bool known = read_recipe(&recipe, beside, home, command);
        if (!known) {
            memset(&recipe, 0, sizeof recipe);
            known = read_recipe(&recipe, cached, home, command);
        }
        if (known) {
            for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
                unsetenv(unwanted[i]);
            run_java(&recipe, argc - 1, argv + 1);
        }
        setenv("RKTJ_RECIPE", command, 1);
    }
    char script[PATH_MAX + 16];
    snprintf(script, sizeof script, "%s/lib/launch", home);
    setenv("RKTJ_TOOL", tool, 1);
    argv[0] = script;
    execv(script, argv);
    fprintf(stderr, "%s: cannot run \"%s\": %s\n", tool, script, strerror(errno));
    return 254;
}
