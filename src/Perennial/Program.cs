using Perennial.Commands;

return await RootVerbs.InvokeAsync(args, Console.Out, Console.Error);
