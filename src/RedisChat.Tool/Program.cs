return await RedisChat.Tool.ToolProgram.RunAsync(args);
