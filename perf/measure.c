/*
 * Runs a program a number of times and prints, for each run, what the system counted for it:
 *
 *   measure RUNS PROGRAM [ARGUMENT ...]
 *   -> wall-us user-us system-us most-kib-resident exit-code
 *
 * A program of its own, because a process inherits the high-water mark of whoever starts it: started by the
 * .NET program that wants the figures, every program would seem to need as much memory as that.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long since(struct timespec from)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - from.tv_sec) * 1000000LL + (now.tv_nsec - from.tv_nsec) / 1000;
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int count, char **arguments)
{
    if (count < 3) {
        fprintf(stderr, "measure RUNS PROGRAM [ARGUMENT ...]\n");
        return 2;
    }

    for (int run = atoi(arguments[1]); run > 0; run--) {
        struct timespec start;
        struct rusage used;
        int status;
        clock_gettime(CLOCK_MONOTONIC, &start);
        pid_t child = fork();
        if (child == 0) {
            int nowhere = open("/dev/null", O_RDWR);
            dup2(nowhere, STDIN_FILENO);
            dup2(nowhere, STDOUT_FILENO);
            dup2(nowhere, STDERR_FILENO);
            execvp(arguments[2], arguments + 2);
            _exit(127);
        }

        if (child < 0 || wait4(child, &status, 0, &used) != child) {
            perror("measure");
            return 1;
        }

        printf("%lld %lld %lld %ld %d\n", since(start), microseconds(used.ru_utime), microseconds(used.ru_stime), used.ru_maxrss,
               WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        fflush(stdout);
    }

    return 0;
}
