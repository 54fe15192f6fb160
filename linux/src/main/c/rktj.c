/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The native half of io.rktj.linux.JniSystemCalls: one door into the kernel and the address of a
 * direct buffer. Everything else, numbers and structures included, is decided in Java.
 */
#include <errno.h>
#include <jni.h>
#include <stdint.h>
#include <unistd.h>

/* Makes one system call in the calling thread; gives its result or the negated error number. */
JNIEXPORT jlong JNICALL Java_io_rktj_linux_JniSystemCalls_call(JNIEnv *env, jobject self, jint number,
                                                               jlong a, jlong b, jlong c, jlong d, jlong e)
{
    (void)env;
    (void)self;
    long result = syscall((long)number, (long)a, (long)b, (long)c, (long)d, (long)e);
    return result == -1 ? -(jlong)errno : (jlong)result;
}

/* Gives the address at which a direct buffer's contents begin. */
JNIEXPORT jlong JNICALL Java_io_rktj_linux_JniSystemCalls_addressOf(JNIEnv *env, jobject self, jobject direct)
{
    (void)self;
    return (jlong)(intptr_t)(*env)->GetDirectBufferAddress(env, direct);
}
