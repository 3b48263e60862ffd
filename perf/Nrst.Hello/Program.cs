// The least that a .NET program costs here: what perf/host measures nrst against.
Console.WriteLine("Hello, world");
